// What one account may take of a process at once. A quick account grows to as many calls as it can use; one that is slow holds a
// single place, and what it still waits for counts against nobody else. So accounts that hang cannot fill the process, and every
// account has a place of its own whatever the others do.
import type { Clock } from '../clock.ts'

export type Limits = {
  /** Of one account, while it answers quickly. */
  perAccount: number
  /** With how many an account begins that was not heard of lately. */
  first: number
  /** Of all accounts that answer quickly, together. */
  atOnce: number
  /** Of all, with those that are slow. */
  most: number
  slowAfterMs: number
}

export type Shares = {
  running: (accountId: string) => number
  /** How many more the account may begin now. */
  room: (accountId: string) => number
  /** Answers what to call at the end. */
  begin: (accountId: string) => () => void
}

type Share = { began: Set<{ at: number }>; may: number }

export function openShares(clock: Clock, limits: Limits): Shares {
  const shares = new Map<string, Share>()
  const isLate = (at: number) => clock.mono() - at > limits.slowAfterMs
  const isSlow = ({ began }: Share) => [...began].some(({ at }) => isLate(at))
  const running = (accountId: string) => shares.get(accountId)?.began.size ?? 0
  const together = (which: (share: Share) => boolean) =>
    [...shares.values()].reduce((sum, share) => sum + (which(share) ? share.began.size : 0), 0)

  const end = (accountId: string, share: Share, call: { at: number }) => {
    share.began.delete(call)
    share.may = isLate(call.at) ? 1 : Math.min(limits.perAccount, share.may + 1)
    // that it was slow is remembered until it is quick again
    if (share.began.size === 0 && share.may > 1) shares.delete(accountId)
  }
  return {
    running,
    room: (accountId) => {
      const share = shares.get(accountId) ?? { began: new Set(), may: limits.first }
      if (together(() => true) >= limits.most) return 0
      const own = share.began.size === 0 ? 1 : 0
      const left = limits.atOnce - together((other) => !isSlow(other))
      const may = isSlow(share) ? 1 : share.may
      return Math.max(own, Math.min(may - share.began.size, left))
    },
    begin: (accountId) => {
      const share = shares.get(accountId) ?? { began: new Set(), may: limits.first }
      shares.set(accountId, share)
      const call = { at: clock.mono() }
      share.began.add(call)
      return () => {
        end(accountId, share, call)
      }
    },
  }
}
