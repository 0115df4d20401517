import { EntitySchema } from 'typeorm'
import { id, int, primary } from './columns.ts'

/** Who may take an agent's customers while he is away. */
export type UserDeputyRow = {
  uid: number
  deputy_uid: number
  company_id: string
}

export const userDeputy = new EntitySchema<UserDeputyRow>({
  name: 'user_deputy',
  tableName: 'user_deputy',
  columns: {
    uid: int(primary),
    deputy_uid: int(primary),
    company_id: id(),
  },
  indices: [{ name: 'ix_user_deputy_deputy_uid', columns: ['deputy_uid'] }],
})
