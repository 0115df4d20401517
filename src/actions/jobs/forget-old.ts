// Deletes old data of all companies that nobody asks for any more. It works in small pieces so that
// pushes can run in between, and continues in its next slot if there is more. Messages, sessions,
// ledgers and customers are never deleted.
import type { Needs, OldRows } from '../../ports.ts'

const dayMs = 24 * 3600_000
const atOnce = 500
const worksForMs = 20_000

export async function forgetOld(
  needs: Needs<'store' | 'clock' | 'limits'>,
): Promise<{ forgotten: Partial<Record<OldRows, number>>; more: boolean }> {
  const until = needs.clock.mono() + worksForMs
  const forgotten: Partial<Record<OldRows, number>> = {}
  let left = periods(needs).map(([kind, before]) => ({ kind, before, after: '' }))
  // the kinds of old data take turns, one piece each, so that a very large one does not delay the
  // others
  while (left.length > 0 && needs.clock.mono() < until) {
    const more: typeof left = []
    for (const one of left) {
      const { forgotten: n, next } = await needs.store.work('rest', (unit) =>
        unit.old.forget(one.kind, { ...one, most: atOnce }),
      )
      if (n > 0) forgotten[one.kind] = (forgotten[one.kind] ?? 0) + n
      if (next !== null) more.push({ ...one, after: next })
    }
    left = more
  }
  return { forgotten, more: left.length > 0 }
}

/** Each kind of data, with the time before which it counts as old. */
function periods({ clock, limits }: Needs<'clock' | 'limits'>): [OldRows, number][] {
  const now = clock.now()
  const ago = (days: number) => now - days * dayMs
  return [
    ['events', ago(7)],
    ['runs', ago(1)],
    ['idle', now - limits.loginIdleMs],
    ['ended', now],
    ['tries', ago(limits.keepDays.signIns)],
    ['audit', ago(limits.keepDays.audit)],
    ['inbox', ago(limits.keepDays.inbox)],
    ['refused', ago(limits.keepDays.inbox)],
    ['outbox', ago(limits.keepDays.inbox)],
    ['reclaimed', ago(90)],
    ['uploads', now],
    ['fetches', ago(7)],
    ['replays', ago(90)],
    ['unmatched', ago(90)],
    ['hits', Math.floor(now / dayMs) - 400],
    // here only the rows of unused files are deleted; the files themselves are deleted by the next
    // sweep of the vault
    ['unused', ago(limits.keepDays.unused)],
  ]
}
