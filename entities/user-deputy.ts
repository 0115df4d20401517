import { id, int, primary, type Row, table } from './columns.ts'

/** Deputies: who may take over an agent's customers while the agent is away. */
export const userDeputy = table(
  'user_deputy',
  {
    uid: int(primary),
    deputy_uid: int(primary),
    company_id: id(),
  },
  {
    indices: [{ name: 'ix_user_deputy_deputy_uid', columns: ['deputy_uid'] }],
  },
)
export type UserDeputyRow = Row<typeof userDeputy>
