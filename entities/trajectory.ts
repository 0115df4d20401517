import { big, id, int, key, nullable, primary, type Row, table, text } from './columns.ts'

/**
 * What a follower did besides writing, such as menu taps, scans and follows. Only each follower's
 * newest rows are kept.
 */
export const trajectory = table('trajectory', {
  wx_user_id: id(primary),
  n: int(primary),
  company_id: id(),
  account_id: id(),
  event: key(64),
  event_key: text(255, nullable),
  detail: text(500, nullable),
  at: big(),
})
export type TrajectoryRow = Row<typeof trajectory>
