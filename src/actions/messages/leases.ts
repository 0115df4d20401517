// The leases of the lines that this process is sending. However long a delivery takes, its lease is renewed while it lasts: only a
// process that has died or cannot reach the store lets one run out.
import { inBackground } from '../../in-background.ts'
import type { Needs } from '../../ports.ts'

export const leaseMs = 20_000
const renewEveryMs = 1000
/** Longer than the holder needs to renew, were it a leap of the clock that ended the lease and not its holder's silence. */
export const holderSpeaksWithinMs = 5000

export type Lease = {
  /** Asked before the line leaves: who has lost the lease sends nothing. */
  isHeld: () => Promise<boolean>
  release: () => void
}
export type Leases = {
  hold: (id: string, token: string) => Lease
  close: () => Promise<void>
}

type Held = { id: string; token: string; at: number; lost: boolean }

export function openLeases(needs: Needs<'store' | 'clock' | 'log'>): Leases {
  const held = new Set<Held>()
  let renewing: Promise<void> | null = null

  const renew = async (some: Held[]): Promise<void> => {
    const at = needs.clock.mono()
    const still = await needs.store.work('reply', (unit) =>
      unit.outbox.renew(some, needs.clock.now() + leaseMs),
    )
    for (const one of some) Object.assign(one, { at, lost: !still.includes(one.id) })
  }
  const renewAll = async (): Promise<void> => {
    const some = [...held].filter((one) => !one.lost)
    if (renewing || some.length === 0) return
    renewing = renew(some).finally(() => {
      renewing = null
    })
    await renewing
  }
  const timer = setInterval(() => {
    inBackground(needs.log, 'leases of lines that are being sent', renewAll())
  }, renewEveryMs)

  return {
    hold: (id, token) => {
      const one: Held = { id, token, at: needs.clock.mono(), lost: false }
      held.add(one)
      return {
        isHeld: async () => {
          const isFresh = needs.clock.mono() - one.at < 2 * renewEveryMs
          if (!one.lost && !isFresh) await renew([one])
          return !one.lost
        },
        release: () => {
          held.delete(one)
        },
      }
    },
    close: async () => {
      clearInterval(timer)
      // whoever fails has said so
      await renewing?.catch(() => undefined)
    },
  }
}
