// Finds the newest lines of a session. An index keeps their ids; their text is read from the
// database. If their numbers have a gap, the index missed a line, and the lines are read from the
// database alone.
import type { MessageRow, SessionRow } from '../../../entities/index.ts'
import { inBackground } from '../../in-background.ts'
import { recentLines, type Needs } from '../../ports.ts'

/**
 * Adds new lines to the index of newest lines. It must be called after the commit, and nobody waits
 * for it.
 */
export function tellLines(needs: Needs<'recent' | 'log'>, lines: MessageRow[]): void {
  const bySession = new Map<string, { companyId: string; ids: string[] }>()
  for (const { session_id: sessionId, company_id: companyId, message_id: id } of lines) {
    if (sessionId === null) continue
    const known = bySession.get(sessionId)
    if (known) known.ids.push(id)
    else bySession.set(sessionId, { companyId, ids: [id] })
  }
  for (const [sessionId, { companyId, ids }] of bySession) {
    inBackground(needs.log, 'recent lines', needs.recent.add(companyId, sessionId, ids))
  }
}

/**
 * Returns the newest lines first. If the index misses a line, the whole page is read from the
 * database and the index is corrected.
 */
export async function newestLines(
  needs: Needs<'store' | 'recent'>,
  session: SessionRow,
  limit: number,
): Promise<MessageRow[]> {
  const { company_id: companyId, session_id: id } = session
  if (limit > recentLines.most) return needs.store.read.messages.ofSession(companyId, id, { limit })
  const ids = await needs.recent.list(companyId, id)
  const known = ids.length > 0 ? await needs.store.read.messages.byIds(ids) : []
  const lines = known
    .filter((line) => line.company_id === companyId && line.session_id === id)
    .sort((a, b) => (b.seq ?? 0) - (a.seq ?? 0))
  if (isWhole(lines, session.seq, limit)) return lines.slice(0, limit)

  const rows = await needs.store.read.messages.ofSession(companyId, id, { limit: recentLines.most })
  await needs.recent.set(companyId, id, rows.map((line) => line.message_id).reverse())
  return rows.slice(0, limit)
}

/**
 * Whether these lines are all that were wanted: they begin with the session's last line and reach
 * without a gap down to its first, or to as many lines as wanted.
 */
function isWhole(lines: MessageRow[], seq: number, limit: number): boolean {
  const top = lines[0]?.seq ?? 0
  if (top < seq || lines.length < Math.min(limit, top)) return false
  return lines.slice(0, limit).every((line, at) => line.seq === top - at)
}
