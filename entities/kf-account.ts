import { big, id, key, nullable, primary, type Row, table, text } from './columns.ts'

/** A name under which an agent writes to followers (prefix@account), as WeChat lists it. */
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
