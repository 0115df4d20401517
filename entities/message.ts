import { big, id, int, key, long, nullable, primary, type Row, table, text } from './columns.ts'

/**
 * Every line of a conversation, in either direction. `seq` numbers the lines within a session; a
 * line outside any session has neither session nor seq. `content` holds what we send where text
 * alone cannot express it.
 */
export const message = table(
  'message_data',
  {
    message_id: id(primary),
    company_id: id(),
    account_id: id(),
    appid: key(32),
    session_id: id(nullable),
    seq: int(nullable),
    wx_user_id: id(),
    customer_wx_openid: key(64),
    customer_service_id: int(nullable),
    uid: int(nullable),
    additional_uid: int(nullable),
    opercode: int(),
    message_type: int(),
    type: key(24),
    text: long(nullable),
    file_url: text(500, nullable),
    media_id: key(128, nullable),
    resources_id: id(nullable),
    lng: key(24, nullable),
    lat: key(24, nullable),
    map_scale: int(nullable),
    map_label: text(255, nullable),
    page_title: text(255, nullable),
    page_desc: text(500, nullable),
    extra: long(nullable),
    sender: key(64, nullable),
    client_key: key(80, nullable),
    resend_of: id(nullable),
    delivery: key(16, nullable),
    errcode: int(nullable),
    is_read: int(),
    add_time: big(),
    /**
     * The name that the person in `additional_uid` had when the line was written, because it may be
     * changed later.
     */
    additional_user_name: text(64, nullable),
    content: long(nullable),
  },
  {
    uniques: [
      {
        name: 'uq_message_data_company_id_sender_client_key',
        columns: ['company_id', 'sender', 'client_key'],
      },
      { name: 'uq_message_data_session_id_seq', columns: ['session_id', 'seq'] },
    ],
  },
)
export type MessageRow = Row<typeof message>
