import { id, int, key, nullable, type Row, serial, table, text } from './columns.ts'

/**
 * An agent's place on one account. `customer_service_id` is the id of this row and not the person's
 * `uid`.
 */
export const customerService = table(
  'customer_service',
  {
    customer_service_id: int(serial),
    company_id: id(),
    account_id: id(),
    appid: key(32),
    uid: int(),
    name: text(64),
    wx_sign: key(128, nullable),
    state: int(),
  },
  {
    uniques: [{ name: 'uq_customer_service_account_id_uid', columns: ['account_id', 'uid'] }],
    indices: [{ name: 'ix_customer_service_uid', columns: ['uid'] }],
  },
)
export type CustomerServiceRow = Row<typeof customerService>
