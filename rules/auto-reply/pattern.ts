// Regular expressions written by an admin never run in V8's own engine, where some take exponential
// time. re2js takes time proportional to the length of text and pattern, so both lengths are
// limited, as is the total size of all patterns of a company. This is checked when a pattern is
// saved, and again when it is compiled.
import { RE2JS, RE2Set } from 're2js'
import type { Rule } from './rule.ts'

export type Patterns = {
  count: number
  /**
   * `skipped` is called with rules whose pattern was not tried because the text is too long for all
   * of them.
   */
  find: (
    text: string,
    found: (rule: number, length: number) => void,
    skipped?: (rule: number) => void,
  ) => void
  leftOut: LeftOut[]
}
/**
 * A rule that is left out because its pattern cannot be used, and why, so that the admin can be
 * told.
 */
export type LeftOut = { rule: number; why: string }
export type Measured = { steps: number } | { why: string }

/** How many patterns one company may have, counting those of rules that are switched off. */
export const mostPatterns = 1000
export const mostSteps = 60_000
const largestProgram = 1000
// the most work for one text, counted as pattern instructions times characters: it takes a tenth of
// a second. Patterns for which nothing of it is left are not tried
const mostWork = 600_000
// the patterns of a company are compiled in sets of at most this size: other work has to wait while
// a set is compiled, and one large set takes longer than many small ones
const setHolds = { patterns: 32, steps: 1500 }
const setMemory = { together: 2 * 1024 * 1024, least: 256 * 1024 }

/**
 * The text that patterns see: normalised to half width and trimmed, but with upper and lower case
 * as it was typed.
 */
export const patternText = (text: string) => text.normalize('NFKC').trim()

/** Returns the size of a pattern in steps, or what is wrong with it. */
export function measurePattern(pattern: string): Measured {
  const compiled = compile(pattern)
  return 'why' in compiled ? compiled : { steps: compiled.size }
}

type CompiledPattern = { compiled: RE2JS; size: number }

function compile(pattern: string): CompiledPattern | { why: string } {
  try {
    const compiled = RE2JS.compile(pattern)
    const size = compiled.programSize()
    return size <= largestProgram
      ? { compiled, size }
      : {
          why: `The pattern is too large (${size} steps, at most ${largestProgram}): use fewer or smaller repetitions.`,
        }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return {
      why: `This pattern cannot be used: ${why}. Patterns follow RE2: no look-around ((?=…), (?<=…)) and no back references (\\1); brackets must be closed.`,
    }
  }
}

type Single = CompiledPattern & { at: number; pattern: string }
/** Patterns that are searched together in one pass. */
type PatternGroup = { set: RE2Set; members: Single[] }

/**
 * Prepares the patterns of all rules for searching. It is a generator, so that other work can run
 * between the steps of compiling.
 */
export function* openPatterns(rules: Rule[]): Generator<void, Patterns> {
  const { single, leftOut } = yield* compileEach(rules)
  const groups = yield* compileGroups(single)
  const total = single.reduce((sum, { size }) => sum + size, 0)
  const lengthIn = (compiled: RE2JS, text: string) => {
    const matcher = compiled.matcher(text)
    return matcher.find() ? matcher.end() - matcher.start() : 0
  }

  return {
    count: single.length,
    leftOut,
    find: (given, found, skipped) => {
      if (single.length === 0) return
      const text = patternText(given)
      if (total * text.length <= mostWork) {
        const matching = groups.flatMap(({ set, members }) =>
          set.match(text).flatMap((index) => members[index] ?? []),
        )
        for (const { at, compiled } of matching) found(at, lengthIn(compiled, text))
        return
      }
      let left = mostWork
      for (const { at, compiled, size } of single) {
        left -= size * text.length
        if (left < 0) skipped?.(at)
        else if (compiled.test(text)) found(at, lengthIn(compiled, text))
      }
    },
  }
}

const tooMany = `The patterns of your company are too many or too large together (at most ${mostPatterns} with ${mostSteps} steps): delete some, or use fewer and smaller repetitions.`

/**
 * Compiles the patterns of the rules, best rule first. Patterns that would exceed the limits of the
 * company are left out, and their rules never answer.
 */
function* compileEach(rules: Rule[]): Generator<void, { single: Single[]; leftOut: LeftOut[] }> {
  const single: Single[] = []
  const leftOut: LeftOut[] = []
  let steps = 0
  let tried = 0
  for (const [at, { kind, pattern }] of rules.entries()) {
    if (kind !== 'regex' || pattern === null) continue
    if (tried === mostPatterns || steps > mostSteps) {
      leftOut.push({ rule: at, why: tooMany })
      continue
    }
    const one = compile(pattern)
    tried += 1
    if ('why' in one) leftOut.push({ rule: at, why: one.why })
    else {
      steps += one.size
      if (steps > mostSteps) leftOut.push({ rule: at, why: tooMany })
      else single.push({ at, pattern, ...one })
    }
    yield
  }
  return { single, leftOut }
}

function* compileGroups(single: Single[]): Generator<void, PatternGroup[]> {
  const lists: Single[][] = []
  let steps = Infinity
  for (const one of single) {
    const last = lists.at(-1)
    if (last && last.length < setHolds.patterns && steps + one.size <= setHolds.steps) {
      last.push(one)
      steps += one.size
    } else {
      lists.push([one])
      steps = one.size
    }
  }
  const memory = Math.max(setMemory.least, Math.floor(setMemory.together / lists.length))
  const groups: PatternGroup[] = []
  for (const members of lists) {
    const set = new RE2Set(RE2Set.UNANCHORED, 0, memory)
    for (const { pattern } of members) set.add(pattern)
    set.compile()
    groups.push({ set, members })
    yield
  }
  return groups
}
