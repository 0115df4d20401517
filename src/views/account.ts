import type { AccountRow } from '../../entities/index.ts'
import { presentTime } from './times.ts'

/** Secrets are write-only: the outside learns that there is one. */
export const presentAccount = (row: AccountRow) => ({
  id: row.account_id, kind: row.kind, appid: row.appid, name: row.name, originalId: row.original_id, mode: row.mode, binding: row.binding,
  ownLane: row.own_lane === 1, hasAppSecret: row.app_secret !== null, hasToken: row.token !== null, hasEncodingAesKey: row.aes_key !== null,
  createdAt: presentTime(row.created_at),
})
