import type { Needs } from '../../ports.ts'

const dayMs = 24 * 3600_000

/** What nobody asks for any more: events after 7 days, ended sign-ins, old runs of jobs. */
export async function forgetOld(
  needs: Needs<'store' | 'clock' | 'limits'>,
): Promise<{ events: number }> {
  const now = needs.clock.now()
  return needs.store.work('rest', async (unit) => {
    await unit.logins.endExpired(now - needs.limits.loginIdleMs, now)
    await unit.jobs.forget(now - dayMs)
    await unit.missed.forgetReclaimed(now - 90 * dayMs)
    await unit.media.forgetDead(now)
    await unit.media.forgetSettled(now - 7 * dayMs)
    await unit.rules.forgetReplays(now - 90 * dayMs)
    await unit.rules.forgetUnmatched(now - 90 * dayMs)
    await unit.rules.forgetHits(Math.floor(now / dayMs) - 400)
    return { events: await unit.streams.forget(now - 7 * dayMs) }
  })
}
