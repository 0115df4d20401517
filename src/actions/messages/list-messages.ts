import { presentMessage } from '../../views/message.ts'
import type { Needs } from '../../ports.ts'
import { newestLines } from '../lines/recent.ts'
import type { Me } from '../access/caller.ts'
import { getVisible } from '../access/find.ts'

export type LinesInput = {
  sessionId: string
  before?: number | undefined
  after?: number | undefined
  limit: number
}

/**
 * Lists lines of a session, sorted by seq. If the call gives no bounds, they are the newest lines.
 */
export async function listMessages(
  needs: Needs<'store' | 'recent'>,
  me: Me,
  { sessionId, ...bounds }: LinesInput,
) {
  const session = await getVisible(needs, me, sessionId)
  if (bounds.before === undefined && bounds.after === undefined) {
    const newest = await newestLines(needs, session, bounds.limit)
    const last = newest.at(-1)?.seq ?? 1
    return { items: newest.reverse().map(presentMessage), next: last > 1 ? String(last) : null }
  }
  const rows = await needs.store.read.messages.ofSession(me.companyId, sessionId, {
    ...bounds,
    limit: bounds.limit + 1,
  })
  const some = rows.slice(0, bounds.limit)
  const more = rows.length > bounds.limit ? String(some.at(-1)?.seq) : null
  if (bounds.after === undefined) some.reverse()
  return { items: some.map(presentMessage), next: more }
}
