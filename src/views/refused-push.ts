import type { RefusedPush } from '../ports.ts'
import { presentTime } from './times.ts'

/** `sessionId`, `messageId`: where a line stands for it. `rereadAt`: since then with its own words. */
export function presentRefused(row: RefusedPush) {
  return {
    id: row.inbox_id,
    accountId: row.account_id,
    openid: row.openid,
    kind: row.kind,
    xml: row.raw_xml,
    sessionId: row.session_id,
    messageId: row.message_id,
    at: presentTime(row.created_at),
    rereadAt: presentTime(row.reread_at),
    readAt: presentTime(row.read_at),
    readByUid: row.read_by,
  }
}
