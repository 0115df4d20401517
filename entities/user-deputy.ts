import { id, int, primary, type Row, table } from './columns.ts'

/**
 * Deputies: who may claim the sessions that are queued for an agent alone, and gets that agent's
 * customers where sessions are assigned and the agent is away or full.
 */
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
