// Estimates how long a customer will wait, from how fast the lane has been moving.
const looksBackMs = 2 * 3600_000

export const looksBackTo = (now: number) => now - looksBackMs

/**
 * `left` are the times at which agents took sessions from the lane, newest first. Null if none were
 * taken, because then nothing can be estimated.
 */
export function waitMs(before: number, left: number[], now: number): number | null {
  const oldest = left.at(-1)
  if (oldest === undefined) return null
  return Math.ceil(((before + 1) * Math.max(now - oldest, 1000)) / left.length)
}

const unknown = '若干'

/**
 * Fills in {before}, {position} and {minutes}. If the waiting time is unknown, the text says so.
 */
export function fillPosition(
  text: string,
  standing: { before: number; waitMs: number | null } | null,
): string {
  const minutes =
    typeof standing?.waitMs === 'number' ? String(Math.ceil(standing.waitMs / 60_000)) : unknown
  return text
    .replaceAll('{before}', standing ? String(standing.before) : unknown)
    .replaceAll('{position}', standing ? String(standing.before + 1) : unknown)
    .replaceAll('{minutes}', minutes)
}
