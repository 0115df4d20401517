// Recognises an old push that somebody recorded and sends again. In plain mode WeChat's signature
// covers the time of the push but not its body. Times are compared in milliseconds with those of
// other pushes from WeChat, since a wrong clock on our side must not lose messages. Our own clock
// only measures how much time has passed.

/**
 * The newest time found in an account's pushes, and the time of our clock when that push came. A
 * push with a much older time is a recording.
 */
export type Newest = { told: number; cameAt: number }

const mayLagMs = 10 * 60_000
const restMs = 24 * 3600_000

/** How much further the push's time has advanced than our clock since the newest push came. */
const aheadBy = (told: number, now: number, newest: Newest) =>
  told - newest.told - (now - newest.cameAt)

/**
 * Whether a push is so old that it must be a recording. WeChat's own pushes carry newer and newer
 * times, while somebody who recorded a push a day ago can only offer the time that was new then.
 */
export function isOldPush(told: number, now: number, newest: Newest | null): boolean {
  if (newest === null) return false
  if (told < newest.told - mayLagMs) return true
  return told <= newest.told && aheadBy(told, now, newest) < -restMs
}

/**
 * Whether a push's time has run ahead of our clock, which is an error of WeChat's or ours. Such a
 * time must not be taken as the newest at once, or normal pushes after it would be refused.
 */
export const isAhead = (told: number, now: number, newest: Newest): boolean =>
  aheadBy(told, now, newest) > mayLagMs
