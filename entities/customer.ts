import { EntitySchema } from 'typeorm'
import { big, id, int, key, long, nullable, primary, text } from './columns.ts'

/** A follower of one account. active_at: the last line of his or of a person to him. */
export type CustomerRow = {
  wx_user_id: string
  company_id: string
  account_id: string
  appid: string
  openid: string
  unionid: string | null
  nickname: string
  portrait: string
  alias: string
  remark: string
  tags: string | null
  subscribe: number
  subscribe_time: number | null
  canel_time: number | null
  customer_service_uid: number
  is_clue: number
  last_time: number | null
  active_at: number
  window_end: number | null
  budget_left: number
  window_scene: string | null
  out_n: number
  add_time: number
  update_time: number
  /** 0 to 9: whoever has more goes first in the queue. */
  priority: number
  /** What a tap, a follow or a scan gave: few replies, for a minute. */
  brief_end: number | null
  brief_left: number
  brief_scene: string | null
  lng: string | null
  lat: string | null
  location_precision: string | null
  location_at: number | null
  /** How often he came in and told where he is. */
  get_into_count: number
  /** The QR code he came by. */
  reception_id: string | null
}

export const customer = new EntitySchema<CustomerRow>({
  name: 'wx_user',
  tableName: 'wx_user',
  columns: {
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
    priority: int(),
    brief_end: big(nullable),
    brief_left: int(),
    brief_scene: key(16, nullable),
    lng: key(24, nullable),
    lat: key(24, nullable),
    location_precision: key(24, nullable),
    location_at: big(nullable),
    get_into_count: int(),
    reception_id: id(nullable),
  },
  uniques: [{ name: 'uq_wx_user_account_id_openid', columns: ['account_id', 'openid'] }],
  indices: [
    { name: 'ix_wx_user_company_id_wx_user_id', columns: ['company_id', 'wx_user_id'] },
    {
      name: 'ix_wx_user_company_id_customer_service_uid_wx_user_id',
      columns: ['company_id', 'customer_service_uid', 'wx_user_id'],
    },
  ],
})
