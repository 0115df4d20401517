// The leases of the replies that this process is sending. A lease is renewed while its delivery
// lasts, so it expires only if the process dies or cannot reach the database, or the clock jumps.
import { inBackground } from '../../in-background.ts'
import type { Needs } from '../../ports.ts'

export const leaseMs = 20_000
const renewEveryMs = 1000
/**
 * How long an expired lease is left alone after the clock jumped: a process that still lives renews
 * its lease within this time.
 */
export const holderSpeaksWithinMs = 5000

export type Lease = {
  /**
   * Whether this process still holds the lease of the reply. It is asked just before the reply is
   * sent, and without the lease nothing is sent.
   */
  isHeld: () => Promise<boolean>
  release: () => void
}
export type Leases = {
  hold: (id: string, token: string) => Lease
  close: () => Promise<void>
}

type HeldLease = { id: string; token: string; at: number; lost: boolean }

export function openLeases(needs: Needs<'store' | 'clock' | 'log'>): Leases {
  const held = new Set<HeldLease>()
  let renewing: Promise<void> | null = null

  const renew = async (some: HeldLease[]): Promise<void> => {
    const at = needs.clock.mono()
    const still = await needs.store.work('reply', (unit) =>
      unit.outbox.renew(some, needs.clock.now() + leaseMs),
    )
    for (const one of some) {
      one.at = at
      one.lost = !still.includes(one.id)
    }
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
      const one: HeldLease = { id, token, at: needs.clock.mono(), lost: false }
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
      // closing waits for a renewal that is under way; its errors are ignored here, because they
      // have been logged already
      await renewing?.catch(() => undefined)
    },
  }
}
