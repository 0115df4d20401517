// What time is it, when the database's clock may jump? The product's time is the database's and an offset on which all processes agree;
// each knows by its monotonic clock what the database should say. Decision 0038 says why.

/** What the processes agree on. */
export type Agreed = {
  /** The product's time is the database's and this. */
  offset: number
  /** By the database's clock: when a process last found that it says what it should. */
  at: number
  by: string
}
/** One look at the database's clock, by a process that carries on the product's time by its monotonic clock. */
export type Look = {
  databaseMs: number
  /** The product's time, as we know it, when the database was asked and when it had answered. */
  from: number
  to: number
  /** Since our last look, and how much of time our monotonic clock did not count, because the machine slept. */
  sinceMs: number
  sleptMs: number
  agreed: Agreed
  me: string
  /** Since when, by the database's clock, it does not say what it should, for how long that is, and what was agreed then. */
  doubt: { at: number; forMs: number; agreed: Agreed } | null
}
/** `move`: what is added to our time. */
export type Verdict =
  | { kind: 'agrees'; move: number; offset: number }
  /** Nothing is believed yet: our time goes on. */
  | { kind: 'doubts' }
  /** The database's clock has jumped: our time goes on, by another offset. */
  | { kind: 'jumped'; move: number; offset: number; jumpMs: number }
  /** Another process finds that the database says what it should: this one stood still. */
  | { kind: 'mine'; move: number }

const isJumpMs = 2000
// who makes up a difference hurries by a minute an hour, or takes six minutes an hour off
const hurries = 1 / 60
const tarries = 1 / 10
// after a long silence of the database it is not all made up at once
const mostMs = 30_000

export function judge(look: Look, doubtsForMs: number): Verdict {
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
 * Since the doubt began: a clock that was set back makes what was said before look younger, and to tell of a jump is not to say that all
 * is well.
 */
const isConfirmed = (agreed: Agreed, before: Agreed) => {
  const passed = Math.max(0, agreed.at - before.at)
  return (
    (agreed.at !== before.at || agreed.by !== before.by) &&
    Math.abs(agreed.offset - before.offset) <= isJumpMs + passed * tarries
  )
}

/** It was asked and answered at some moment between: what lies there is exact. */
function offBy({ databaseMs, agreed, from, to }: Look): number {
  const said = databaseMs + agreed.offset
  if (said < from) return said - from
  return Math.max(0, said - to)
}

/** Small differences are followed and what is left of a jump is made up, both so slowly that no timer fires early by it. */
function follow({ databaseMs, sinceMs, agreed }: Look, slept: number, rest: number): Verdict {
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

/** Somebody has looked so lately that the offset holds, whoever it was. */
export const isFresh = (agreed: Agreed, databaseMs: number, freshMs: number): boolean =>
  databaseMs - agreed.at >= -isJumpMs && databaseMs - agreed.at <= freshMs

/**
 * The offset of a start after which nobody else lives. Who was away for longer than the database was off believes it; time that was
 * given out is never given out again.
 */
export function offsetAfterRest(databaseMs: number, agreed: Agreed, mayHaveGoneMs: number): number {
  const last = agreed.at + agreed.offset
  if (databaseMs + agreed.offset < last) return last + mayHaveGoneMs - databaseMs
  return databaseMs - agreed.at > Math.abs(agreed.offset) ? 0 : agreed.offset
}

/** Worth telling. */
export const isOff = (offset: number): boolean => Math.abs(offset) > isJumpMs
