// Rules that answer what a follower types. All their keywords stand in one automaton: a text is read once, whatever their number.
import { buildAutomaton, type Automaton } from './automaton.ts'
import { asText, foldingOf, type Folding } from './normalise.ts'
import { openPatterns, type Patterns } from './pattern.ts'
import { serves, type MatchOptions, type Moment, type Rule } from './rule.ts'
import { indexWords, places, type WordIndex } from './word-index.ts'

/** `band`: 0 exact, 1 a keyword inside, 2 a pattern, 3 nothing else. `keyword` is as the text has it, normalised. */
export type Match = { rule: number, band: number, length: number, keyword: string | null }
export const bands = { exact: 0, inside: 1, pattern: 2, none: 3 }

export type TextRules = {
  best: (text: string, moment: Moment) => Match | null
  /** Of every rule that answers the text its best match, the best rule first; and the rules whose pattern was not tried. */
  all: (text: string, moment: Moment | null) => { matches: Match[], skipped: number[] }
  normalise: (text: string) => string
  keywords: number
  bytes: number
}

type Candidate = { rule: number, band: number, length: number, end: number }
type Found = (candidate: Candidate) => void
type Parts = { rules: Rule[], folding: Folding, automaton: Automaton, index: WordIndex, patterns: Patterns }

export function* compileTexts(rules: Rule[], options: MatchOptions): Generator<void, TextRules> {
  const folding = foldingOf(options.traditionalIsSimplified)
  const index = yield* indexWords(rules, folding)
  const automaton = yield* buildAutomaton(index.words)
  const parts = { rules, folding, automaton, index, patterns: openPatterns(rules) }
  const isBetter = openOrder(rules)
  const words = openWords(parts)
  const defaults = rules.flatMap((rule, at) => rule.kind === 'default' ? [{ rule: at, band: bands.none, length: 0, end: 0 }] : [])
  const speaks = (at: number, moment: Moment | null) => {
    const rule = rules[at]
    return rule !== undefined && (moment === null || serves(rule, moment))
  }
  const asMatch = ({ rule, band, length, end }: Candidate): Match =>
    ({ rule, band, length, keyword: band < bands.pattern ? words.between(end - length, end) : null })

  return {
    keywords: index.words.length, normalise: folding.fold,
    bytes: [index.from, index.rules, index.places, index.needed, index.together].reduce((sum, one) => sum + one.byteLength, automaton.bytes),
    best: (text, moment) => {
      const best: { is: Candidate | null } = { is: null }
      const found: Found = (next) => { if ((best.is === null || isBetter(next, best.is)) && speaks(next.rule, moment)) best.is = next }
      words.read(text, found)
      if (best.is === null) parts.patterns.find(text, (rule, length) => { found({ rule, band: bands.pattern, length, end: 0 }) })
      if (best.is === null) for (const one of defaults) found(one)
      return best.is && asMatch(best.is)
    },
    all: (text, moment) => {
      const of = new Map<number, Candidate>()
      const skipped: number[] = []
      const found: Found = (next) => {
        const known = of.get(next.rule)
        if ((known === undefined || isBetter(next, known)) && speaks(next.rule, moment)) of.set(next.rule, next)
      }
      words.read(text, found)
      parts.patterns.find(text, (rule, length) => { found({ rule, band: bands.pattern, length, end: 0 }) }, (rule) => { skipped.push(rule) })
      for (const one of defaults) found(one)
      return { matches: [...of.values()].sort((a, b) => isBetter(a, b) ? -1 : 1).map(asMatch), skipped }
    },
  }
}

/** Band, then priority, then length, then age. */
function openOrder(rules: Rule[]): (a: Candidate, b: Candidate) => boolean {
  const ranks = new Int32Array(rules.length)
  for (let at = 1; at < rules.length; at += 1) ranks[at] = rules[at]?.priority === rules[at - 1]?.priority ? ranks[at - 1] as number : at
  return (a, b) => {
    if (a.band !== b.band) return a.band < b.band
    const [rank, other] = [ranks[a.rule] as number, ranks[b.rule] as number]
    if (rank !== other) return rank < other
    return a.length === b.length ? a.rule < b.rule : a.length > b.length
  }
}

function stands(place: number, starts: boolean, ends: boolean): boolean {
  if (place === places.anywhere) return true
  if (place === places.whole) return starts && ends
  return place === places.start ? starts : ends
}

/** Reads a text once and calls with each use of each word found in it. What it needs for that is kept from text to text. */
function openWords({ rules, folding, automaton, index }: Parts) {
  const { from, needed, together } = index
  const [seen, counted, counts] = [new Int32Array(index.rules.length), new Int32Array(rules.length), new Int32Array(rules.length)]
  let units = new Uint16Array(2048)
  let length = 0
  let turn = 0
  let tell: Found = () => undefined

  /** Once for each of its words; when all were there the rule is found. */
  const partFound = (use: number, rule: number, end: number) => {
    if (seen[use] === turn) return
    seen[use] = turn
    counts[rule] = counted[rule] === turn ? (counts[rule] as number) + 1 : 1
    counted[rule] = turn
    if (counts[rule] === needed[rule]) tell({ rule, band: bands.inside, length: together[rule] as number, end })
  }
  const wordFound = (word: number, end: number) => {
    const size = automaton.lengthOf(word)
    const [starts, ends] = [end === size, end === length]
    for (let use = from[word] as number; use < (from[word + 1] as number); use += 1) {
      const place = index.places[use] as number
      const rule = index.rules[use] as number
      if (place === places.part) partFound(use, rule, end)
      else if (stands(place, starts, ends)) tell({ rule, band: place === places.whole ? bands.exact : bands.inside, length: size, end })
    }
  }

  return {
    read: (text: string, found: Found) => {
      if (folding.roomFor(text) > units.length) units = new Uint16Array(folding.roomFor(text))
      length = folding.into(text, units)
      turn += 1
      tell = found
      automaton.scan(units, length, wordFound)
    },
    /** Of the text that was read last. */
    between: (start: number, end: number) => asText(units, end, Math.max(0, start)),
  }
}
