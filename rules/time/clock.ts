// Keeps the product's time steady although the database's clock may jump. The product's time is the
// database's time plus an offset on which all processes agree, and each process checks the
// database's clock against its own monotonic clock. Decision 0038 gives the reasons.

/** The part of the time on which all processes agree; it is stored in the database. */
export type Agreed = {
  /**
   * How far the product's time is ahead of the database's, in milliseconds. It becomes different
   * from 0 when the database's clock jumps.
   */
  offset: number
  /**
   * The time by the database's clock when a process last confirmed that the database's clock runs
   * as expected.
   */
  at: number
  by: string
}
/**
 * What one process sees when it compares the database's clock with the product's time that it keeps
 * by its monotonic clock.
 */
export type ClockLook = {
  databaseMs: number
  /**
   * The product's time by this process just before (`from`) and just after (`to`) it asked the
   * database, which answered at some moment in between.
   */
  from: number
  to: number
  /**
   * How much time passed since our last look, and how much of it our monotonic clock missed because
   * the machine slept.
   */
  sinceMs: number
  sleptMs: number
  agreed: Agreed
  me: string
  /**
   * Set while the database's clock does not show what it should. `at`: since when, by that clock.
   * `forMs`: for how long. `agreed`: what the processes had agreed on when it began.
   */
  doubt: { at: number; forMs: number; agreed: Agreed } | null
}
/**
 * What a look at the database's clock means. `move` is how far this process must correct its own
 * time.
 */
export type ClockVerdict =
  | { kind: 'agrees'; move: number; offset: number }
  /**
   * The database's clock differs, but it may still be this process that is wrong. Until that is
   * known our time goes on unchanged.
   */
  | { kind: 'doubts' }
  /** The database's clock has jumped. Our time goes on unchanged, with a new offset. */
  | { kind: 'jumped'; move: number; offset: number; jumpMs: number }
  /**
   * Another process finds the database's clock correct, so it was this process that stood still.
   */
  | { kind: 'mine'; move: number }

const isJumpMs = 2000
// while catching up, our time runs faster by a minute an hour, or slower by six minutes an hour
const hurries = 1 / 60
const tarries = 1 / 10
// At most this much of the time that passed since the last look counts for how far our time may be
// moved, even if the database was away for longer: one false look then does little, and several
// looks catch up.
const mostMs = 30_000

export function judgeClock(look: ClockLook, doubtsForMs: number): ClockVerdict {
  const { agreed, doubt } = look
  const off = offBy(look)
  const slept = Math.max(0, Math.min(off, look.sleptMs))
  const rest = off - slept
  if (Math.abs(rest) <= isJumpMs) return follow(look, slept, rest)
  if (!doubt) return { kind: 'doubts' }
  if (
    isConfirmed(agreed, doubt.agreed) &&
    agreed.by !== look.me &&
    agreed.at > doubt.at &&
    agreed.at <= look.databaseMs + isJumpMs
  ) {
    return { kind: 'mine', move: off }
  }
  return doubt.forMs < doubtsForMs
    ? { kind: 'doubts' }
    : { kind: 'jumped', move: slept, offset: agreed.offset - rest, jumpMs: rest }
}

/**
 * Whether another process confirmed the time since the doubt began. If the clock was set back, an
 * older confirmation can look newer than it is, and reporting a jump does not count as a
 * confirmation.
 */
const isConfirmed = (agreed: Agreed, before: Agreed) => {
  const passed = Math.max(0, agreed.at - before.at)
  return (
    (agreed.at !== before.at || agreed.by !== before.by) &&
    Math.abs(agreed.offset - before.offset) <= isJumpMs + passed * tarries
  )
}

/**
 * How far the database's clock differs from ours. The database answered at some moment between
 * `from` and `to`, so a value between them counts as exact.
 */
function offBy({ databaseMs, agreed, from, to }: ClockLook): number {
  const said = databaseMs + agreed.offset
  if (said < from) return said - from
  return Math.max(0, said - to)
}

/**
 * The verdict if the database's clock shows nearly what is expected: our time without the agreed
 * offset. Our time follows it and makes up what an earlier jump left in the offset, so slowly that
 * timers fire at most a sixtieth too early or a tenth too late (decision 0038).
 */
function follow(
  { databaseMs, sinceMs, agreed }: ClockLook,
  slept: number,
  rest: number,
): ClockVerdict {
  const passed = Math.min(sinceMs, mostMs)
  const mayHurry = passed * hurries
  const followed = Math.min(rest, mayHurry)
  const offset = agreed.offset - (rest - followed)
  const elapsed = Math.max(0, Math.min(databaseMs - agreed.at, passed))
  const back =
    offset < 0
      ? Math.min(-offset, elapsed * hurries, mayHurry - Math.max(0, followed))
      : -Math.min(offset, elapsed * tarries)
  return { kind: 'agrees', move: slept + followed + back, offset: offset + back }
}

/** Whether some process checked the clock recently, so that the stored offset can be used. */
export const wasCheckedRecently = (agreed: Agreed, databaseMs: number, freshMs: number): boolean =>
  databaseMs - agreed.at >= -isJumpMs && databaseMs - agreed.at <= freshMs

/**
 * The offset to start with when no other process is running. Time must not go back, because no
 * moment may be used twice. So if the database's clock was set back since the time was confirmed,
 * time goes on from there, after what may have passed unconfirmed. If we were stopped for longer
 * than the clock was off, the database's time is used as it is. Otherwise the old offset stays.
 */
export function offsetAfterRest(databaseMs: number, agreed: Agreed, mayHaveGoneMs: number): number {
  const last = agreed.at + agreed.offset
  if (databaseMs + agreed.offset < last) return last + mayHaveGoneMs - databaseMs
  return databaseMs - agreed.at > Math.abs(agreed.offset) ? 0 : agreed.offset
}

/**
 * Whether the product's time is so far from the database's clock that an operator should be told.
 */
export const isOff = (offset: number): boolean => Math.abs(offset) > isJumpMs
