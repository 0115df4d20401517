import { big, id, key, nullable, primary, type Row, table, text } from './columns.ts'

/** An identity that followers see, as the platform lists it: prefix@account. */
export const kfAccount = table('kf_account', {
  account_id: id(primary),
  kf_account: key(128, primary),
  company_id: id(),
  kf_id: key(32, nullable),
  nickname: text(64),
  invite_status: key(16, nullable),
  seen_at: big(),
})
export type KfAccountRow = Row<typeof kfAccount>
