// Limits how much one account may do at once in a process. An account that answers quickly may run
// more and more calls in parallel. If one of its calls hangs, a single other one finds out whether
// the whole account does: if that returns quickly, the account goes on as before, and if not, it
// keeps these two places, or one while many calls run. So slow accounts cannot fill the process, and
// each account has at least one place until `most` calls run.
import type { Clock } from '../clock.ts'

export type ShareLimits = {
  /** How many calls one account may run at the same time, if WeChat answers it quickly. */
  perAccount: number
  /** How many calls an account may run at the same time at first, if it was not active lately. */
  first: number
  /** How many calls all quick accounts together may run at the same time. */
  atOnce: number
  /** How many calls all accounts together may run at the same time, including slow accounts. */
  most: number
  slowAfterMs: number
}

export type Shares = {
  running: (accountId: string) => number
  /** How many more calls the account may start now. */
  room: (accountId: string) => number
  /**
   * Counts a call as running. Call the returned function when it has ended, and say whether WeChat
   * was called: what another process had taken already says nothing about how quick an account is.
   */
  begin: (accountId: string) => (wasCalled: boolean) => void
}

/** `quickAt`: when a call last returned quickly. */
type Share = { began: Set<{ at: number }>; may: number; quickAt: number }

/** How many calls of an account may hang: one, and one that finds out whether others hang too. */
const mostLate = 2
const newShare = (may: number): Share => ({ began: new Set(), may, quickAt: -Infinity })

export function openShares(clock: Clock, limits: ShareLimits): Shares {
  const shares = new Map<string, Share>()
  const isLate = (at: number) => clock.mono() - at > limits.slowAfterMs
  const isSlow = ({ began, quickAt }: Share) =>
    [...began].some(({ at }) => isLate(at) && at + limits.slowAfterMs > quickAt)
  const running = (accountId: string) => shares.get(accountId)?.began.size ?? 0
  const together = (which: (share: Share) => boolean) =>
    [...shares.values()].reduce((sum, share) => sum + (which(share) ? share.began.size : 0), 0)

  const judge = (share: Share, call: { at: number }) => {
    if (!isLate(call.at)) {
      share.may = Math.min(limits.perAccount, share.may + 1)
      share.quickAt = clock.mono()
    } else if (call.at + limits.slowAfterMs > share.quickAt) share.may = 1
  }
  const end = (accountId: string, share: Share) => {
    // an account with no call running is forgotten, unless it is slow: that is remembered until it
    // becomes quick again
    if (share.began.size === 0 && share.may > 1) shares.delete(accountId)
  }
  return {
    running,
    room: (accountId) => {
      const share = shares.get(accountId) ?? newShare(limits.first)
      const all = together(() => true)
      if (all >= limits.most) return 0
      const mayHang = all > limits.most / 2 ? 1 : mostLate
      const allHang = [...share.began].every(({ at }) => isLate(at))
      const own = allHang && share.began.size < mayHang ? 1 : 0
      const left = limits.atOnce - together((other) => !isSlow(other))
      const may = isSlow(share) ? 1 : share.may
      return Math.max(own, Math.min(may - share.began.size, left))
    },
    begin: (accountId) => {
      const share = shares.get(accountId) ?? newShare(limits.first)
      shares.set(accountId, share)
      const call = { at: clock.mono() }
      share.began.add(call)
      return (wasCalled) => {
        share.began.delete(call)
        if (wasCalled) judge(share, call)
        end(accountId, share)
      }
    },
  }
}
