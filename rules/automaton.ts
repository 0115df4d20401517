// Aho and Corasick's automaton over many words, in flat typed arrays: one pass over a text finds every word in it. States are
// numbered in the order of breadth, so that the children of a state stand side by side, sorted: `first[s]` to `first[s + 1]`.
export type Automaton = {
  words: number
  states: number
  bytes: number
  lengthOf: (word: number) => number
  /** Calls with the number of each word found and where it ends, from left to right. */
  scan: (units: Uint16Array, length: number, found: (word: number, end: number) => void) => void
}

type Tables = {
  labels: Uint16Array
  first: Int32Array
  /** Where to go on when no child fits: the longest end of what was read that begins some word. */
  fails: Int32Array
  /** The word that ends here, or -1. */
  ends: Int32Array
  /** The next shorter word that ends here too: its state, or 0. */
  shorter: Int32Array
  lengths: Uint16Array
}

const searched = 8
const yieldEvery = 20_000

/** `words` are sorted by their units and distinct. Yields now and then, so that who builds may let others run. */
export function* buildAutomaton(words: string[]): Generator<void, Automaton> {
  const lengths = Uint16Array.from(words, (word) => word.length)
  const tables = yield* grow(words, lengths)
  return open(tables)
}

type Range = { from: Int32Array, to: Int32Array }

function* grow(words: string[], lengths: Uint16Array): Generator<void, Tables> {
  const most = lengths.reduce((sum, one) => sum + one, 1)
  const range: Range = { from: new Int32Array(most), to: new Int32Array(most) }
  const tables: Tables = {
    labels: new Uint16Array(most), first: new Int32Array(most + 1), fails: new Int32Array(most), ends: new Int32Array(most).fill(-1),
    shorter: new Int32Array(most), lengths,
  }
  range.to[0] = words.length
  let states = 1
  for (let depth = 0, at = 0; at < states; depth += 1) {
    for (const last = states; at < last; at += 1) {
      states = expand({ words, tables, range }, { at, depth, states })
      if (at % yieldEvery === 0) yield
    }
  }
  return cut(tables, states)
}

type Growing = { words: string[], tables: Tables, range: Range }

/** Gives a state its children: the next units of the words that begin with it. */
function expand({ words, tables, range }: Growing, { at, depth, states }: { at: number, depth: number, states: number }): number {
  const { labels, first, ends } = tables
  let word = range.from[at] as number
  const last = range.to[at] as number
  let child = states
  first[at] = child
  for (; word < last; child += 1) {
    const unit = words[word]?.charCodeAt(depth) ?? 0
    labels[child] = unit
    // the word that ends here stands before those that go on
    if (words[word]?.length === depth + 1) ends[child] = word++
    range.from[child] = word
    while (word < last && words[word]?.charCodeAt(depth) === unit) word += 1
    range.to[child] = word
    link(tables, at, child)
  }
  first[at + 1] = child
  return child
}

function link({ labels, first, fails, ends, shorter }: Tables, parent: number, child: number): void {
  const unit = labels[child] as number
  let fail = 0
  for (let at = parent; at !== 0;) {
    at = fails[at] as number
    fail = childOf(labels, first, { state: at, unit })
    if (fail !== 0) break
  }
  fails[child] = fail
  // that state is less deep, so all of this is known of it
  shorter[child] = (ends[fail] as number) >= 0 ? fail : shorter[fail] as number
}

function childOf(labels: Uint16Array, first: Int32Array, { state, unit }: { state: number, unit: number }): number {
  let low = first[state] as number
  let high = first[state + 1] as number
  while (high - low > searched) {
    const middle = (low + high) >>> 1
    if ((labels[middle] as number) <= unit) low = middle
    else high = middle
  }
  for (; low < high; low += 1) if (labels[low] === unit) return low
  return 0
}

/** The rows that were used, and their end. */
const cut = ({ labels, first, fails, ends, shorter, lengths }: Tables, states: number): Tables => ({
  labels: labels.slice(0, states), first: first.slice(0, states + 1), fails: fails.slice(0, states), ends: ends.slice(0, states),
  shorter: shorter.slice(0, states), lengths,
})

function open(tables: Tables): Automaton {
  const { labels, first, fails, ends, shorter, lengths } = tables
  const root = rootTable(tables)
  const step = (state: number, unit: number): number => {
    for (let at = state; at !== 0; at = fails[at] as number) {
      let low = first[at] as number
      let high = first[at + 1] as number
      while (high - low > searched) {
        const middle = (low + high) >>> 1
        if ((labels[middle] as number) <= unit) low = middle
        else high = middle
      }
      for (; low < high; low += 1) if (labels[low] === unit) return low
    }
    return root.states[unit - root.lowest] ?? 0
  }

  return {
    words: lengths.length, states: labels.length,
    bytes: [labels, first, fails, ends, shorter, lengths, root.states].reduce((sum, one) => sum + one.byteLength, 0),
    lengthOf: (word) => lengths[word] as number,
    scan: (units, length, found) => {
      let state = 0
      for (let at = 0; at < length; at += 1) {
        state = step(state, units[at] as number)
        for (let end = (ends[state] as number) >= 0 ? state : shorter[state] as number; end !== 0; end = shorter[end] as number) found(ends[end] as number, at + 1)
      }
    },
  }
}

/** Nearly every unit of a text begins there: looked up at once. Its children are the first states, so two bytes hold them. */
function rootTable({ labels, first }: Tables): { lowest: number, states: Uint16Array } {
  const [from, to] = [first[0] ?? 1, first[1] ?? 1]
  const lowest = labels[from] as number
  const states = new Uint16Array(from < to ? (labels[to - 1] as number) - lowest + 1 : 0)
  for (let state = from; state < to; state += 1) states[(labels[state] as number) - lowest] = state
  return { lowest, states }
}
