import { EntitySchema } from 'typeorm'
import { big, id, int, key, long, nullable, primary, text } from './columns.ts'

/**
 * Every line, either way. seq counts inside the session; a line outside a session has neither. `content`: what we send, where
 * text alone does not say it.
 */
export type MessageRow = {
  message_id: string
  company_id: string
  account_id: string
  appid: string
  session_id: string | null
  seq: number | null
  wx_user_id: string
  customer_wx_openid: string
  customer_service_id: number | null
  uid: number | null
  additional_uid: number | null
  opercode: number
  message_type: number
  type: string
  text: string | null
  file_url: string | null
  media_id: string | null
  resources_id: string | null
  lng: string | null
  lat: string | null
  map_scale: number | null
  map_label: string | null
  page_title: string | null
  page_desc: string | null
  extra: string | null
  sender: string | null
  client_key: string | null
  resend_of: string | null
  delivery: string | null
  errcode: number | null
  is_read: number
  add_time: number
  /** Of additional_uid, as he was called then. */
  additional_user_name: string | null
  content: string | null
}

export const message = new EntitySchema<MessageRow>({
  name: 'message_data',
  tableName: 'message_data',
  columns: {
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
    additional_user_name: text(64, nullable),
    content: long(nullable),
  },
  uniques: [
    {
      name: 'uq_message_data_company_id_sender_client_key',
      columns: ['company_id', 'sender', 'client_key'],
    },
    { name: 'uq_message_data_session_id_seq', columns: ['session_id', 'seq'] },
  ],
})
