import type { Replay } from 'kefu-wire'
import type { RuleReplayRow } from '../../entities/index.ts'
import type { ReplayResult } from '../../rules/auto-reply/replaying.ts'
import { presentTime } from './times.ts'

export const presentReplay = (row: RuleReplayRow): Replay => ({
  id: row.replay_id,
  state: row.state as Replay['state'],
  done: row.done,
  total: row.total,
  progress:
    row.state === 'done'
      ? 1
      : row.total === 0
        ? 0
        : Math.min(1, Math.round((row.done / row.total) * 1000) / 1000),
  ...(row.result !== null && { result: JSON.parse(row.result) as ReplayResult }),
  createdAt: presentTime(row.created_at),
  endedAt: presentTime(row.ended_at),
})
