// The uid that is stored where a customer has no exclusive agent, and the values of the column
// `is_clue`, which records whether there is one.
export const nobody = -1

/**
 * Values of `is_clue`: the customer belongs to nobody, or has an exclusive agent. We did not define
 * any other number, so such a value is left as it is.
 */
const clues = { free: 1, taken: -1 } as const

export const newClue = clues.free

export function clueAfter(clue: number, exclusive: number): number {
  if (clue !== clues.free && clue !== clues.taken) return clue
  return exclusive === nobody ? clues.free : clues.taken
}
