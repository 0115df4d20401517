import { EntitySchema } from 'typeorm'
import { big, id, key, nullable, primary, text } from './columns.ts'

/** An identity that followers see, as the platform lists it: prefix@account. */
export type KfAccountRow = {
  account_id: string
  kf_account: string
  company_id: string
  kf_id: string | null
  nickname: string
  invite_status: string | null
  seen_at: number
}

export const kfAccount = new EntitySchema<KfAccountRow>({
  name: 'kf_account',
  tableName: 'kf_account',
  columns: {
    account_id: id(primary),
    kf_account: key(128, primary),
    company_id: id(),
    kf_id: key(32, nullable),
    nickname: text(64),
    invite_status: key(16, nullable),
    seen_at: big(),
  },
})
