// An index of all keywords of all rules. Each word is stored once, with the rules that use it and
// how.
import type { Rule } from './rule.ts'
import { asText, type Folding } from './normalise.ts'

/**
 * How a keyword has to match (`places`): as the whole text, anywhere in it, at its start, at its
 * end, or (`part`) together with all other keywords of its rule. Index of a rule and place are
 * packed into one number; `perRule` is larger than any place.
 */
export const perRule = 8
export const places = { whole: 0, anywhere: 1, start: 2, end: 3, part: 4 }
const placeOf: Partial<Record<Rule['kind'], number>> = {
  exact: places.whole,
  contains: places.anywhere,
  any: places.anywhere,
  prefix: places.start,
  suffix: places.end,
  all: places.part,
}

export type WordIndex = {
  /** The words, sorted by their code units, as the automaton needs them. */
  words: string[]
  /**
   * Two numbers for each word: the position of its first use in `uses` (they end where those of the
   * next word begin), and its length.
   */
  heads: Int32Array
  /**
   * Each use is one number: the index of the rule times `perRule`, plus how the word has to match.
   * The uses of the best rule come first.
   */
  uses: Int32Array
  /** For each rule that requires all its keywords: how many there are, and their total length. */
  needed: Int32Array
  together: Int32Array
}
/**
 * Every pair of a keyword and a rule that uses it. There may be a million of them, so they are kept
 * in one array per field and not as objects.
 */
type Uses = { words: number[]; rules: number[]; places: number[] }
const yieldEvery = 10_000

export function* indexWords(rules: Rule[], folding: Folding): Generator<void, WordIndex> {
  const numbers = new Map<string, number>()
  const uses: Uses = { words: [], rules: [], places: [] }
  const [needed, together] = [new Int32Array(rules.length), new Int32Array(rules.length)]
  const fold = openFold(folding)
  for (const [rule, { kind, keywords }] of rules.entries()) {
    const place = placeOf[kind]
    if (place === undefined) continue
    for (const word of new Set(keywords.map(fold))) {
      if (word === '') continue
      use(uses, numbers, { word, rule, place })
      needed[rule] = (needed[rule] as number) + 1
      together[rule] = (together[rule] as number) + word.length
      if (uses.words.length % yieldEvery === 0) yield
    }
  }
  const words = yield* inOrder([...numbers.keys()])
  return { words, ...laidOut(uses, words, numbers), needed, together }
}

function use(
  uses: Uses,
  numbers: Map<string, number>,
  { word, rule, place }: { word: string; rule: number; place: number },
): void {
  const number = numbers.get(word) ?? numbers.size
  numbers.set(word, number)
  uses.words.push(number)
  uses.rules.push(rule)
  uses.places.push(place)
}

/**
 * Returns a function that normalises a keyword. It uses the same buffer for all keywords, because
 * there may be very many.
 */
function openFold(folding: Folding): (word: string) => string {
  let units = new Uint16Array(1024)
  return (word) => {
    if (folding.roomFor(word) > units.length) units = new Uint16Array(folding.roomFor(word))
    return asText(units, folding.into(word, units))
  }
}

/**
 * Sorts the words by first character and then each group on its own, so that no single sort takes
 * long.
 */
function* inOrder(words: string[]): Generator<void, string[]> {
  const heaps = new Map<number, string[]>()
  for (const word of words) {
    const heap = heaps.get(word.charCodeAt(0))
    if (heap) heap.push(word)
    else heaps.set(word.charCodeAt(0), [word])
  }
  const all: string[] = []
  let since = 0
  for (const unit of [...heaps.keys()].sort((a, b) => a - b)) {
    for (const word of (heaps.get(unit) ?? []).sort()) all.push(word)
    since += heaps.get(unit)?.length ?? 0
    if (since > yieldEvery) {
      since = 0
      yield
    }
  }
  return all
}

function laidOut(
  uses: Uses,
  words: string[],
  numbers: Map<string, number>,
): Pick<WordIndex, 'heads' | 'uses'> {
  const placed = new Int32Array(words.length)
  words.forEach((word, at) => {
    placed[numbers.get(word) as number] = at
  })
  const from = new Int32Array(words.length + 1)
  for (const word of uses.words) {
    const after = (placed[word] as number) + 1
    from[after] = (from[after] as number) + 1
  }
  for (let at = 1; at <= words.length; at += 1) {
    from[at] = (from[at] as number) + (from[at - 1] as number)
  }
  const heads = new Int32Array((words.length + 1) * 2)
  for (let at = 0; at <= words.length; at += 1) {
    heads[at * 2] = from[at] as number
    heads[at * 2 + 1] = words[at]?.length ?? 0
  }
  const sorted = new Int32Array(uses.words.length)
  // the list that says which rules use a keyword was built rule by rule, best rule first, so for
  // each word the best rule comes first too
  for (let use = 0; use < uses.words.length; use += 1) {
    const at = placed[uses.words[use] as number] as number
    const row = from[at] as number
    from[at] = row + 1
    sorted[row] = (uses.rules[use] as number) * perRule + (uses.places[use] as number)
  }
  return { heads, uses: sorted }
}
