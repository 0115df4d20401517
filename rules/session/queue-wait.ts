// Estimates how long a customer will wait, from how fast the lane has been moving.
const looksBackMs = 2 * 3600_000

export const looksBackTo = (now: number) => now - looksBackMs

/**
 * Estimates how long a customer waits behind `before` others. `left` are the times at which agents
 * took sessions from the lane, newest first. Null if they took none, because then nothing can be
 * estimated.
 */
export function waitMs(before: number, left: number[], now: number): number | null {
  const oldest = left.at(-1)
  if (oldest === undefined) return null
  return Math.ceil(((before + 1) * Math.max(now - oldest, 1000)) / left.length)
}

const unknown = '若干'

/**
 * Replaces {before}, {position} and {minutes} in the notice about a customer's place in the queue.
 * If the waiting time cannot be estimated, the notice says so.
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
