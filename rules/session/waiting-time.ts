// How long will a customer wait? By how fast the lane has moved lately.
const looksBackMs = 2 * 3600_000

export const looksBackTo = (now: number) => now - looksBackMs

/** `left`: when sessions left the lane for an agent, the newest first. Null where nothing moved: nobody knows. */
export function waitMs(before: number, left: number[], now: number): number | null {
  const oldest = left.at(-1)
  if (oldest === undefined) return null
  return Math.ceil(((before + 1) * Math.max(now - oldest, 1000)) / left.length)
}

const unknown = '若干'

/** {before}, {position} and {minutes} in a text; what nobody knows is said so. */
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
