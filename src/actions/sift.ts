// Filters a list by a condition that no index covers. It reads the list piece by piece in its own
// order, so that no statement reads more than one piece even if few rows match, and other requests
// run between two pieces.
import { setImmediate as nextTurn } from 'node:timers/promises'

export const pieceSize = 500

/**
 * Yields a list piece by piece, in its own order. `next` reads the piece that follows the last row
 * it is given.
 */
export async function* pieces<Row>(
  next: (last: Row | null, limit: number) => Promise<Row[]>,
  size = pieceSize,
): AsyncGenerator<Row[]> {
  for (let last: Row | null = null; ;) {
    const piece = await next(last, size)
    if (piece.length > 0) yield piece
    last = piece.at(-1) ?? null
    if (!last || piece.length < size) return
    await nextTurn()
  }
}

/** Returns the first rows of a list that match a condition, at most as many as wanted. */
export async function sift<Row extends { kept: number }>(
  enough: number,
  next: (last: Row | null, limit: number) => Promise<Row[]>,
): Promise<Row[]> {
  const kept: Row[] = []
  for await (const piece of pieces(next)) {
    kept.push(...piece.filter((row) => row.kept))
    if (kept.length >= enough) break
  }
  return kept.slice(0, enough)
}
