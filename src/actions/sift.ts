// A list that is narrowed by what no index knows is looked through piece by piece, in its own order: no statement looks at more than
// a piece, however few pass, and whoever else is served has a turn between two of them.
import { setImmediate as nextTurn } from 'node:timers/promises'

export const pieceSize = 500

/** Piece by piece; `next` answers what follows the last row. */
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

/** The first so many that pass. */
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
