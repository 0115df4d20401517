// A supervisor watches a session: for two minutes its lines are also written to the session's own
// event stream. Whoever wants to go on watching repeats the call, so nobody needs to say that they
// stopped, and a watcher who disappears is soon forgotten.
import type { SessionRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'
import type { Me } from '../access/caller.ts'
import { refuseWrite, notFound } from '../access/refuse.ts'

const heldMs = 2 * 60_000

export async function watchSession(
  needs: Needs<'store' | 'clock'>,
  me: Me,
  sessionId: string,
): Promise<{ session: SessionRow; until: number }> {
  const until = needs.clock.now() + heldMs
  const session = await needs.store.work('rest', async (unit) => {
    const seen = await unit.sessions.find(me.companyId, sessionId)
    if (!seen) throw notFound()
    if (seen.open_key === null) refuseWrite('session_not_open')
    await unit.sessions.watch(me.companyId, sessionId, until)
    return seen
  })
  return { session: { ...session, watched_until: until }, until }
}
