// May a push be an old one that somebody sends again? WeChat's signature of a plain push covers its time and not its body. Times are
// compared with WeChat's own, in milliseconds: a clock of ours that is wrong must not lose what a follower said. Ours only tells how
// much time went by.

/** The newest time that an account's pushes have told, and when by our clock it came. */
export type Newest = { told: number; cameAt: number }

const mayLagMs = 10 * 60_000
const restMs = 24 * 3600_000

/** How much further the push's time went than our clock since the newest one came. */
const aheadBy = (told: number, now: number, newest: Newest) =>
  told - newest.told - (now - newest.cameAt)

/** What WeChat sends now is newer than all before; whoever has waited for a day has only what was newest then. */
export function isOldPush(told: number, now: number, newest: Newest | null): boolean {
  if (newest === null) return false
  if (told < newest.told - mayLagMs) return true
  return told <= newest.told && aheadBy(told, now, newest) < -restMs
}

/** A time that runs ahead of what our clock expects is WeChat's fault or ours: believed as the newest, it could refuse those after it. */
export const isAhead = (told: number, now: number, newest: Newest): boolean =>
  aheadBy(told, now, newest) > mayLagMs
