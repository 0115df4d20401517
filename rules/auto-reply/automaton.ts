// Aho and Corasick's automaton over many words, in flat typed arrays: one pass over a text finds every word in it. States are
// numbered in the order of breadth, so that the children of a state stand side by side, sorted, up to the first child of the next.
// What is known of a state stands together: with many words each look is one at memory far away.
export type Automaton = {
  words: number
  states: number
  bytes: number
  /** Calls with the number of each word found and where it ends, from left to right. */
  scan: (units: Uint16Array, length: number, found: (word: number, end: number) => void) => void
}

/** Four numbers a state, at these places. */
const width = 4
/** The first child. */
const FIRST = 0
/** Where to go on when no child fits: the longest end of what was read that begins some word. */
const FAIL = 1
/** The longest word that ends here: the state that it alone would lead to, this one or a shorter one; 0 when none does. */
const FOUND = 2
/** The word that leads here, or -1. */
const WORD = 3

type Tables = { labels: Uint16Array; nodes: Int32Array }

const searched = 8
const yieldEvery = 20_000

/** `words` are sorted by their units and distinct. Yields now and then, so that who builds may let others run. */
export function* buildAutomaton(words: string[]): Generator<void, Automaton> {
  return open(yield* grow(words), words.length)
}

type Range = { from: Int32Array; to: Int32Array }

function* grow(words: string[]): Generator<void, Tables> {
  const most = words.reduce((sum, word) => sum + word.length, 1)
  const range: Range = { from: new Int32Array(most), to: new Int32Array(most) }
  const tables: Tables = {
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

type Growing = { words: string[]; tables: Tables; range: Range }

/** Gives a state its children: the next units of the words that begin with it. */
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
    // the word that ends here stands before those that go on
    nodes[child * width + WORD] = words[word]?.length === depth + 1 ? word++ : -1
    range.from[child] = word
    while (word < last && words[word]?.charCodeAt(depth) === unit) word += 1
    range.to[child] = word
    link(tables, at, child)
  }
  nodes[(at + 1) * width + FIRST] = child
  return child
}

function link({ labels, nodes }: Tables, parent: number, child: number): void {
  const unit = labels[child] as number
  let fail = 0
  for (let at = parent; at !== 0 && fail === 0;) {
    at = nodes[at * width + FAIL] as number
    fail = childOf(labels, nodes, { state: at, unit })
  }
  nodes[child * width + FAIL] = fail
  // that state is less deep, so all of this is known of it
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

function open(tables: Tables, words: number): Automaton {
  const { labels, nodes } = tables
  const root = rootTable(tables)
  /** As childOf, from a state and those it falls back to; written out, because most of a match is spent here. */
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

/** Nearly every unit of a text begins there: looked up at once. Its children are the first states, so two bytes hold them. */
function rootTable({ labels, nodes }: Tables): { lowest: number; states: Uint16Array } {
  const [from, to] = [nodes[FIRST] as number, nodes[width + FIRST] as number]
  const lowest = labels[from] ?? 0
  const states = new Uint16Array(from < to ? (labels[to - 1] as number) - lowest + 1 : 0)
  for (let state = from; state < to; state += 1) states[(labels[state] as number) - lowest] = state
  return { lowest, states }
}
