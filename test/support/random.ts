// Random numbers that depend only on the seed, so that a run can be repeated.

export type Draw = {
  below: (n: number) => number
  one: <T>(of: readonly T[]) => T
  /** Draws a name with a probability according to its weight. */
  weighed: <K extends string>(weights: Record<K, number>) => K
}

export function openDraw(seed: number): Draw {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    below,
    one: (of) => {
      if (of.length === 0) throw new Error('nothing to draw from')
      return of[below(of.length)] as (typeof of)[number]
    },
    weighed: <K extends string>(weights: Record<K, number>) => {
      const all = Object.entries<number>(weights) as [K, number][]
      let left = next() * all.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of all) {
        left -= weight
        if (left < 0) return name
      }
      throw new Error('no weights')
    },
  }
}

// eslint-disable-next-line no-restricted-properties -- a seed that was printed, to see it again
export const seedOf = () => Number(process.env['KEFU_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
// eslint-disable-next-line no-restricted-properties -- whether one is asked for
export const isSeeded = process.env['KEFU_SEED'] !== undefined
