// Rules that answer what a follower types. The keywords of all rules are in one automaton, so a
// text is read only once, however many rules there are.
import { buildAutomaton, type Automaton } from './automaton.ts'
import { asText, foldingOf, type Folding } from './normalise.ts'
import { openPatterns, type LeftOut, type Patterns } from './pattern.ts'
import { serves, type MatchOptions, type Moment, type Rule } from './rule.ts'
import { indexWords, perRule, places, type WordIndex } from './word-index.ts'

/**
 * `band` says how well it matched: 0 the whole text, 1 a keyword inside it, 2 a pattern, 3 only the
 * default rule. `keyword` is the matching piece of the normalised text: for a rule that requires
 * several keywords, from the beginning of the first in the text to the end of the last. `length` is
 * that of the keyword, or of all keywords of such a rule together, without what stands between.
 */
export type TextMatch = { rule: number; band: number; length: number; keyword: string | null }
export const bands = { exact: 0, inside: 1, pattern: 2, none: 3 }

export type TextRules = {
  best: (text: string, moment: Moment) => TextMatch | null
  /**
   * The best match of every rule that answers the text, best rule first, and the rules whose
   * pattern was not tried.
   */
  all: (text: string, moment: Moment | null) => { matches: TextMatch[]; skipped: number[] }
  normalise: (text: string) => string
  keywords: number
  bytes: number
  leftOut: LeftOut[]
}

/**
 * Reports a rule that matched. It takes plain numbers and not an object, because a long text may
 * produce hundreds of matches. `end` is the position where the keyword ends.
 */
// eslint-disable-next-line max-params -- an object for each match would be too slow
type Offer = (rule: number, band: number, length: number, end: number) => void
type MatcherParts = {
  rules: Rule[]
  folding: Folding
  automaton: Automaton
  index: WordIndex
  patterns: Patterns
}

export function* compileTexts(rules: Rule[], options: MatchOptions): Generator<void, TextRules> {
  const folding = foldingOf(options.traditionalIsSimplified)
  const index = yield* indexWords(rules, folding)
  const automaton = yield* buildAutomaton(index.words)
  const patterns = yield* openPatterns(rules)
  const words = openWords({ rules, folding, automaton, index, patterns })
  const defaults = rules.flatMap((rule, at) => (rule.kind === 'default' ? [at] : []))
  const best = openBest(rules)
  const asMatch = ({ rule, band, length, end }: BestSoFar): TextMatch => ({
    rule,
    band,
    length,
    keyword: band < bands.pattern ? words.piece(rule, end - length, end) : null,
  })

  return {
    keywords: index.words.length,
    leftOut: patterns.leftOut,
    normalise: folding.fold,
    bytes: automaton.bytes + bytesOf(index),
    best: (text, moment) => {
      best.begin(moment)
      words.read(text, best.offer)
      if (best.standing() === null) {
        patterns.find(text, (rule, length) => {
          best.offer(rule, bands.pattern, length, 0)
        })
      }
      if (best.standing() === null) for (const rule of defaults) best.offer(rule, bands.none, 0, 0)
      const standing = best.standing()
      return standing && asMatch(standing)
    },
    all: (text, moment) => {
      const offered = new Map<number, BestSoFar>()
      const skipped: number[] = []
      // eslint-disable-next-line max-params -- as every offer
      const offer: Offer = (rule, band, length, end) => {
        const known = offered.get(rule)
        const next = { rule, band, length, end }
        if ((known === undefined || best.isBetter(next, known)) && best.speaks(rule, moment)) {
          offered.set(rule, next)
        }
      }
      words.read(text, offer)
      patterns.find(
        text,
        (rule, length) => {
          offer(rule, bands.pattern, length, 0)
        },
        (rule) => {
          skipped.push(rule)
        },
      )
      for (const rule of defaults) offer(rule, bands.none, 0, 0)
      return {
        matches: [...offered.values()].sort((a, b) => (best.isBetter(a, b) ? -1 : 1)).map(asMatch),
        skipped,
      }
    },
  }
}

const bytesOf = ({ heads, uses, needed, together }: WordIndex): number =>
  [heads, uses, needed, together].reduce((sum, one) => sum + one.byteLength, 0)

type BestSoFar = { rule: number; band: number; length: number; end: number }

/**
 * Collects matches one by one and keeps the best: by band, then priority, then length, then age of
 * the rule.
 */
function openBest(rules: Rule[]) {
  const ranks = new Int32Array(rules.length)
  for (let at = 1; at < rules.length; at += 1) {
    ranks[at] = rules[at]?.priority === rules[at - 1]?.priority ? (ranks[at - 1] as number) : at
  }
  // eslint-disable-next-line max-params -- as every offer
  const beats = (rule: number, band: number, length: number, other: BestSoFar): boolean => {
    if (band !== other.band) return band < other.band
    const rank = ranks[rule] as number
    const otherRank = ranks[other.rule] as number
    if (rank !== otherRank) return rank < otherRank
    return length === other.length ? rule < other.rule : length > other.length
  }
  const speaks = (at: number, moment: Moment | null) => {
    const rule = rules[at]
    return rule !== undefined && (moment === null || serves(rule, moment))
  }
  const first: BestSoFar = { rule: -1, band: 0, length: 0, end: 0 }
  let asked: Moment = { accountId: '', now: 0 }
  return {
    isBetter: (a: BestSoFar, b: BestSoFar) => beats(a.rule, a.band, a.length, b),
    speaks,
    begin: (moment: Moment) => {
      asked = moment
      first.rule = -1
    },
    // eslint-disable-next-line max-params -- as every offer
    offer: (rule: number, band: number, length: number, end: number) => {
      if ((first.rule >= 0 && !beats(rule, band, length, first)) || !speaks(rule, asked)) return
      first.rule = rule
      first.band = band
      first.length = length
      first.end = end
    },
    standing: (): BestSoFar | null => (first.rule < 0 ? null : first),
  }
}

function stands(place: number, starts: boolean, ends: boolean): boolean {
  if (place === places.anywhere) return true
  if (place === places.whole) return starts && ends
  return place === places.start ? starts : ends
}

/**
 * Reads a text once and reports each rule for which a word in the text is a keyword. Its buffers
 * are reused from text to text.
 */
function openWords({ rules, folding, automaton, index }: MatcherParts) {
  const { heads, uses, needed, together } = index
  const seen = new Int32Array(uses.length)
  const [counted, counts, begins] = [
    new Int32Array(rules.length),
    new Int32Array(rules.length),
    new Int32Array(rules.length),
  ]
  let units = new Uint16Array(2048)
  let length = 0
  let turn = 0
  let tell: Offer = () => undefined

  /**
   * Counts the keywords that were found of a rule that requires several, each keyword once,
   * remembers where the first of them begins, and reports the rule when all have been found.
   */
  // eslint-disable-next-line max-params -- as every offer
  const partFound = (use: number, rule: number, size: number, end: number) => {
    if (seen[use] === turn) return
    seen[use] = turn
    const isFirst = counted[rule] !== turn
    counts[rule] = isFirst ? 1 : (counts[rule] as number) + 1
    begins[rule] = isFirst ? end - size : Math.min(begins[rule] as number, end - size)
    counted[rule] = turn
    if (counts[rule] === needed[rule]) tell(rule, bands.inside, together[rule] as number, end)
  }
  const wordFound = (word: number, end: number) => {
    const size = heads[word * 2 + 1] as number
    const starts = end === size
    const ends = end === length
    const last = heads[word * 2 + 2] as number
    for (let use = heads[word * 2] as number; use < last; use += 1) {
      const place = (uses[use] as number) & (perRule - 1)
      const rule = ((uses[use] as number) / perRule) | 0
      if (place === places.part) partFound(use, rule, size, end)
      else if (stands(place, starts, ends)) {
        tell(rule, place === places.whole ? bands.exact : bands.inside, size, end)
      }
    }
  }

  return {
    read: (text: string, found: Offer) => {
      if (folding.roomFor(text) > units.length) units = new Uint16Array(folding.roomFor(text))
      length = folding.into(text, units)
      turn += 1
      tell = found
      automaton.scan(units, length, wordFound)
    },
    /**
     * Returns a piece of the text that was read last, in its normalised form, to tell which keyword
     * matched.
     */
    piece: (rule: number, start: number, end: number) =>
      asText(units, end, rules[rule]?.kind === 'all' ? begins[rule] : start),
  }
}
