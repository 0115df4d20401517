import type * as wire from 'kefu-wire'
import type { RefusedPush } from '../ports.ts'
import { presentTime } from './times.ts'

/**
 * A refused push as the API shows it. `sessionId` and `messageId` name the line that stands in the
 * place of the push; both are null if there is none. After `rereadAt` the line has the original
 * content; only a notice of the platform still has no line.
 */
export function presentRefused(row: RefusedPush): wire.RefusedPush {
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
