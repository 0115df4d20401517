import { EntitySchema } from 'typeorm'
import { id, int, key, nullable, serial, text } from './columns.ts'

/** An agent's identity on one account: customer_service_id is this row's id, never the uid. */
export type CustomerServiceRow = {
  customer_service_id: number
  company_id: string
  account_id: string
  appid: string
  uid: number
  name: string
  wx_sign: string | null
  state: number
}

export const customerService = new EntitySchema<CustomerServiceRow>({
  name: 'customer_service',
  tableName: 'customer_service',
  columns: {
    customer_service_id: int(serial),
    company_id: id(),
    account_id: id(),
    appid: key(32),
    uid: int(),
    name: text(64),
    wx_sign: key(128, nullable),
    state: int(),
  },
  uniques: [{ name: 'uq_customer_service_account_id_uid', columns: ['account_id', 'uid'] }],
  indices: [{ name: 'ix_customer_service_uid', columns: ['uid'] }],
})
