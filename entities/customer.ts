import { big, id, int, key, long, nullable, primary, type Row, table, text } from './columns.ts'

/**
 * A follower of one account. `active_at` is the time of the last line that they wrote or that a
 * person wrote to them; a grade that they give, and a session that a person starts, count too.
 */
export const customer = table(
  'wx_user',
  {
    wx_user_id: id(primary),
    company_id: id(),
    account_id: id(),
    appid: key(32),
    openid: key(64),
    unionid: key(64, nullable),
    nickname: text(100),
    portrait: text(255),
    alias: text(100),
    remark: text(255),
    tags: long(nullable),
    subscribe: int(),
    subscribe_time: big(nullable),
    canel_time: big(nullable),
    customer_service_uid: int(),
    is_clue: int(),
    last_time: big(nullable),
    active_at: big(),
    window_end: big(nullable),
    budget_left: int(),
    window_scene: key(16, nullable),
    out_n: int(),
    add_time: big(),
    update_time: big(),
    /** From 0 to 9. Customers with a higher priority go first in the queue. */
    priority: int(),
    /**
     * End of the short reply window that a tap, a follow or a scan opens: it allows a few replies
     * for about a minute.
     */
    brief_end: big(nullable),
    brief_left: int(),
    brief_scene: key(16, nullable),
    lng: key(24, nullable),
    lat: key(24, nullable),
    location_precision: key(24, nullable),
    location_at: big(nullable),
    /**
     * How often WeChat reported where the customer was, for example when they opened the
     * conversation.
     */
    get_into_count: int(),
    /**
     * The last reception (QR code, valid at that time) by which the customer came; NULL if they
     * never came by one.
     */
    reception_id: id(nullable),
  },
  {
    uniques: [{ name: 'uq_wx_user_account_id_openid', columns: ['account_id', 'openid'] }],
    indices: [
      { name: 'ix_wx_user_company_id_wx_user_id', columns: ['company_id', 'wx_user_id'] },
      {
        name: 'ix_wx_user_company_id_customer_service_uid_wx_user_id',
        columns: ['company_id', 'customer_service_uid', 'wx_user_id'],
      },
    ],
  },
)
export type CustomerRow = Row<typeof customer>
