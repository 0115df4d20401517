import { EntitySchema } from 'typeorm'
import { big, id, int, key, nullable, primary, text } from './columns.ts'

/** What a follower did besides writing: taps, scans, places. The newest of each follower are kept. */
export type TrajectoryRow = {
  wx_user_id: string
  n: number
  company_id: string
  account_id: string
  event: string
  event_key: string | null
  detail: string | null
  at: number
}

export const trajectory = new EntitySchema<TrajectoryRow>({
  name: 'trajectory',
  tableName: 'trajectory',
  columns: {
    wx_user_id: id(primary),
    n: int(primary),
    company_id: id(),
    account_id: id(),
    event: key(64),
    event_key: text(255, nullable),
    detail: text(500, nullable),
    at: big(),
  },
})
