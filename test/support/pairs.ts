// Computes a covering array: a small number of rows in which each value of a setting occurs
// together with each value of every other setting. Random choices depend only on the seed.
import type { Draw } from './random.ts'

export type Choice = { label: string; value: unknown }
export type Factor = { name: string; choices: Choice[] }
/** A row of the covering array: for each factor the index of the chosen value. */
export type Picks = number[]
/** Tells whether two values exclude each other, so that no row may contain both. */
export type Excluded = (one: Chosen, other: Chosen) => boolean
export type Chosen = { factor: Factor; choice: Choice }

type Pairs = {
  left: Set<number>
  keyOf: (one: [number, number], other: [number, number]) => number
  allowed: (one: [number, number], other: [number, number]) => boolean
}

const triesPerRow = 12

/**
 * Computes the rows of a covering array. `beginnings` are the allowed combinations of the first
 * factors, if they are limited.
 */
export function coverPairs(
  factors: Factor[],
  { draw, excluded, beginnings }: { draw: Draw; excluded: Excluded; beginnings?: Picks[] },
): Picks[] {
  const pairs = allPairs(factors, excluded)
  const rows: Picks[] = []
  while (pairs.left.size > 0) {
    const tries = Array.from({ length: triesPerRow }, () =>
      tryRow(factors, { pairs, draw, ...(beginnings && { beginnings }) }),
    ).filter((row) => row !== null)
    const best = tries.reduce<{ row: Picks; met: number[] } | null>((best, row) => {
      const met = newIn(row, pairs)
      return met.length > (best?.met.length ?? 0) ? { row, met } : best
    }, null)
    if (!best) throw new Error(`no row meets the ${pairs.left.size} pairs that are left`)
    rows.push(best.row)
    for (const key of best.met) pairs.left.delete(key)
  }
  return rows
}

/** Counts how many of all possible pairs of values occur in these rows. */
export function countPairs(factors: Factor[], excluded: Excluded, rows: Picks[]) {
  const pairs = allPairs(factors, excluded)
  const all = pairs.left.size
  for (const row of rows) for (const key of newIn(row, pairs)) pairs.left.delete(key)
  return { all, met: all - pairs.left.size }
}

function allPairs(factors: Factor[], excluded: Excluded): Pairs {
  const starts = factors.map((_, n) =>
    factors.slice(0, n).reduce((sum, { choices }) => sum + choices.length, 0),
  )
  const total = factors.reduce((sum, { choices }) => sum + choices.length, 0)
  const chosen = ([f, c]: [number, number]): Chosen => {
    const factor = factors[f] as Factor
    return { factor, choice: factor.choices[c] as Choice }
  }
  const keyOf: Pairs['keyOf'] = (one, other) => {
    const [a, b] = one[0] < other[0] ? [one, other] : [other, one]
    return ((starts[a[0]] ?? 0) + a[1]) * total + (starts[b[0]] ?? 0) + b[1]
  }
  const forbidden = new Set<number>()
  const left = new Set<number>()
  const ways = factors.flatMap(({ choices }, f) => choices.map((_, c): [number, number] => [f, c]))
  for (const one of ways) {
    for (const other of ways.filter(([g]) => g > one[0])) {
      const no = excluded(chosen(one), chosen(other)) || excluded(chosen(other), chosen(one))
      const set = no ? forbidden : left
      set.add(keyOf(one, other))
    }
  }
  return { left, keyOf, allowed: (one, other) => !forbidden.has(keyOf(one, other)) }
}

function newIn(row: Picks, { left, keyOf }: Pairs): number[] {
  return row.flatMap((c, f) =>
    row
      .slice(f + 1)
      .map((d, n) => keyOf([f, c], [f + 1 + n, d]))
      .filter((key) => left.has(key)),
  )
}

type Trying = { pairs: Pairs; draw: Draw; beginnings?: Picks[] }

/**
 * Starts with a pair that has not occurred yet and a beginning that fits, then adds the values that
 * cover most new pairs.
 */
function tryRow(factors: Factor[], { pairs, draw, beginnings = [[]] }: Trying): Picks | null {
  const wanted = draw.one([...pairs.left])
  const isWanted = (f: number, c: number) =>
    factors.some(({ choices }, g) =>
      choices.some((_, d) => g !== f && pairs.keyOf([f, c], [g, d]) === wanted),
    )
  const must = new Map(
    factors.flatMap(({ choices }, f) =>
      choices.flatMap((_, c): [number, number][] => (isWanted(f, c) ? [[f, c]] : [])),
    ),
  )
  const fitting = beginnings.filter((begin) =>
    begin.every((c, f) => !must.has(f) || must.get(f) === c),
  )
  if (fitting.length === 0) return null
  const row = new Map([...must, ...draw.one(fitting).map((c, f): [number, number] => [f, c])])
  for (const f of shuffled(factors.length, draw)) {
    if (row.has(f)) continue
    const c = bestChoice([f, factors[f]?.choices.length ?? 0], { row, pairs, draw })
    if (c === null) return null
    row.set(f, c)
  }
  return factors.map((_, f) => row.get(f) ?? 0)
}

function bestChoice(
  [f, many]: [number, number],
  { row, pairs, draw }: { row: Map<number, number>; pairs: Pairs; draw: Draw },
): number | null {
  const allowed = Array.from({ length: many }, (_, c) => c).filter((c) =>
    [...row].every((other) => pairs.allowed([f, c], other)),
  )
  const meets = allowed.map(
    (c) => [...row].filter((other) => pairs.left.has(pairs.keyOf([f, c], other))).length,
  )
  const most = Math.max(...meets)
  const best = allowed.filter((_, n) => meets[n] === most)
  return best.length === 0 ? null : draw.one(best)
}

function shuffled(many: number, draw: Draw): number[] {
  const all = Array.from({ length: many }, (_, n) => n)
  for (let n = many - 1; n > 0; n -= 1) {
    const m = draw.below(n + 1)
    ;[all[n], all[m]] = [all[m] as number, all[n] as number]
  }
  return all
}
