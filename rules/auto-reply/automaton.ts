// The automaton of Aho and Corasick: it finds all keywords that occur in a text while reading the
// text once. It is stored in flat typed arrays. States are numbered breadth first, so the children
// of a state are neighbours, in sorted order, and end where the children of the next state begin.
// All data of one state lie next to each other, because with many keywords every lookup is a slow
// access to distant memory.
export type Automaton = {
  words: number
  states: number
  bytes: number
  /**
   * Calls `found` for each word in the text, from left to right, with the number of the word and
   * the position where it ends.
   */
  scan: (units: Uint16Array, length: number, found: (word: number, end: number) => void) => void
}

/**
 * How many numbers of the array each state of the automaton takes. The constants below are their
 * positions in it.
 */
const width = 4
/** The position in a state's data that holds the number of its first child. */
const FIRST = 0
/**
 * The state to continue from when no child fits: it stands for the longest suffix of the text read
 * so far that begins a keyword.
 */
const FAIL = 1
/**
 * The state of the longest keyword that ends here, which may be this state or that of a shorter
 * suffix. 0 if no keyword ends here.
 */
const FOUND = 2
/** The number of the keyword that this state completes, or -1. */
const WORD = 3

type TrieTables = { labels: Uint16Array; nodes: Int32Array }

const searched = 8
const yieldEvery = 20_000

/**
 * Builds the automaton from keywords, which must be sorted by code units and free of duplicates. It
 * is a generator, so that a caller can pause between steps and let other work run.
 */
export function* buildAutomaton(words: string[]): Generator<void, Automaton> {
  return open(yield* grow(words), words.length)
}

type Range = { from: Int32Array; to: Int32Array }

function* grow(words: string[]): Generator<void, TrieTables> {
  const most = words.reduce((sum, word) => sum + word.length, 1)
  const range: Range = { from: new Int32Array(most), to: new Int32Array(most) }
  const tables: TrieTables = {
    labels: new Uint16Array(most),
    nodes: new Int32Array((most + 1) * width),
  }
  range.to[0] = words.length
  tables.nodes[WORD] = -1
  let states = 1
  for (let depth = 0, at = 0; at < states; depth += 1) {
    for (const last = states; at < last; at += 1) {
      states = expand({ words, tables, range }, { at, depth, states })
      if (at % yieldEvery === 0) yield
    }
  }
  return {
    labels: tables.labels.slice(0, states),
    nodes: tables.nodes.slice(0, (states + 1) * width),
  }
}

type Growing = { words: string[]; tables: TrieTables; range: Range }

/** Creates the children of a state: one for each next character of the words that begin with it. */
function expand(
  { words, tables, range }: Growing,
  { at, depth, states }: { at: number; depth: number; states: number },
): number {
  const { labels, nodes } = tables
  let word = range.from[at] as number
  const last = range.to[at] as number
  let child = states
  nodes[at * width + FIRST] = child
  for (; word < last; child += 1) {
    const unit = words[word]?.charCodeAt(depth) ?? 0
    labels[child] = unit
    // a word that ends at this state is sorted before the longer words that begin with it, so it
    // comes first among them
    nodes[child * width + WORD] = words[word]?.length === depth + 1 ? word++ : -1
    range.from[child] = word
    while (word < last && words[word]?.charCodeAt(depth) === unit) word += 1
    range.to[child] = word
    link(tables, at, child)
  }
  nodes[(at + 1) * width + FIRST] = child
  return child
}

function link({ labels, nodes }: TrieTables, parent: number, child: number): void {
  const unit = labels[child] as number
  let fail = 0
  for (let at = parent; at !== 0 && fail === 0;) {
    at = nodes[at * width + FAIL] as number
    fail = childOf(labels, nodes, { state: at, unit })
  }
  nodes[child * width + FAIL] = fail
  // states are visited by depth, so the data of the fallback state, which is less deep, are known
  // already
  nodes[child * width + FOUND] =
    (nodes[child * width + WORD] as number) >= 0 ? child : (nodes[fail * width + FOUND] as number)
}

function childOf(
  labels: Uint16Array,
  nodes: Int32Array,
  { state, unit }: { state: number; unit: number },
): number {
  let low = nodes[state * width + FIRST] as number
  let high = nodes[(state + 1) * width + FIRST] as number
  while (high - low > searched) {
    const middle = (low + high) >>> 1
    if ((labels[middle] as number) <= unit) low = middle
    else high = middle
  }
  for (; low < high; low += 1) if (labels[low] === unit) return low
  return 0
}

function open(tables: TrieTables, words: number): Automaton {
  const { labels, nodes } = tables
  const root = rootTable(tables)
  /**
   * Goes from a state to the next one by a character: looks among the children of the state, then
   * of its fallback states, and starts at the root if none fits. It calls no function, because most
   * of the matching time is spent here.
   */
  const step = (state: number, unit: number): number => {
    for (let at = state; at !== 0; at = nodes[at * width + FAIL] as number) {
      let low = nodes[at * width + FIRST] as number
      let high = nodes[(at + 1) * width + FIRST] as number
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
    words,
    states: labels.length,
    bytes: [labels, nodes, root.states].reduce((sum, one) => sum + one.byteLength, 0),
    scan: (units, length, found) => {
      let state = 0
      for (let at = 0; at < length; at += 1) {
        state = step(state, units[at] as number)
        for (
          let end = nodes[state * width + FOUND] as number;
          end !== 0;
          end = nodes[(nodes[end * width + FAIL] as number) * width + FOUND] as number
        ) {
          found(nodes[end * width + WORD] as number, at + 1)
        }
      }
    },
  }
}

/**
 * Nearly every step starts at the root, so the root's children can be looked up directly. They are
 * the first states, so their numbers fit in two bytes.
 */
function rootTable({ labels, nodes }: TrieTables): { lowest: number; states: Uint16Array } {
  const [from, to] = [nodes[FIRST] as number, nodes[width + FIRST] as number]
  const lowest = labels[from] ?? 0
  const states = new Uint16Array(from < to ? (labels[to - 1] as number) - lowest + 1 : 0)
  for (let state = from; state < to; state += 1) states[(labels[state] as number) - lowest] = state
  return { lowest, states }
}
