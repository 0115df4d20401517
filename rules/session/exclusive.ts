// Whose a customer is: their exclusive agent's, or nobody's.
export const nobody = -1

/** is_clue: a customer whom anybody may take on, or one who is somebody's. What other numbers mean is not ours, and they stay. */
const clues = { free: 1, taken: -1 } as const

export const newClue = clues.free

export function clueAfter(clue: number, exclusive: number): number {
  if (clue !== clues.free && clue !== clues.taken) return clue
  return exclusive === nobody ? clues.free : clues.taken
}
