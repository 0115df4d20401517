import { presentMessage } from '../../views/message.ts'
import type { Needs } from '../../ports.ts'
import { getVisible, type Me } from '../sessions/rights.ts'

export type LinesInput = { sessionId: string, before?: number | undefined, after?: number | undefined, limit: number }

/** Ascending by seq; without bounds the newest. */
export async function listMessages(needs: Needs<'store'>, me: Me, { sessionId, ...bounds }: LinesInput) {
  await getVisible(needs, me, sessionId)
  const rows = await needs.store.read.messages.ofSession(me.companyId, sessionId, { ...bounds, limit: bounds.limit + 1 })
  const some = rows.slice(0, bounds.limit)
  const more = rows.length > bounds.limit ? String(some.at(-1)?.seq) : null
  if (bounds.after === undefined) some.reverse()
  return { items: some.map(presentMessage), next: more }
}
