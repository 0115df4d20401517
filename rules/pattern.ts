// An admin's pattern never reaches V8's engine: re2js takes linear time. Linear in text and pattern, so both are bounded as well.
import { RE2JS, RE2Set } from 're2js'
import type { Rule } from './rule.ts'

export type Patterns = {
  count: number
  /** `skipped` hears of rules whose pattern was not tried, because the text is too long for all of them. */
  find: (
    text: string,
    found: (rule: number, length: number) => void,
    skipped?: (rule: number) => void,
  ) => void
}

const largestProgram = 1000
// instructions times characters: at the worst a tenth of a second
const mostWork = 600_000
const setMemory = 2 * 1024 * 1024

/** What patterns read: half width and trimmed, but upper and lower case as they were typed. */
export const patternText = (text: string) => text.normalize('NFKC').trim()

/** Null when it may be used, else what is wrong with it. */
export function whyNoPattern(pattern: string): string | null {
  try {
    const size = RE2JS.compile(pattern).programSize()
    return size <= largestProgram
      ? null
      : `The pattern is too large (${size} steps, at most ${largestProgram}): use fewer or smaller repetitions.`
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `This pattern cannot be used: ${why}. Patterns follow RE2: no look-around ((?=…), (?<=…)) and no back references (\\1); brackets must be closed.`
  }
}

export function openPatterns(rules: Rule[]): Patterns {
  const own = rules.flatMap((rule, at) =>
    rule.kind === 'regex' && rule.pattern !== null ? [{ at, pattern: rule.pattern }] : [],
  )
  if (own.length === 0) return { count: 0, find: () => undefined }
  const set = new RE2Set(RE2Set.UNANCHORED, 0, setMemory)
  const single = own.map(({ at, pattern }) => {
    set.add(pattern)
    const compiled = RE2JS.compile(pattern)
    return { at, compiled, size: compiled.programSize() }
  })
  set.compile()
  const total = single.reduce((sum, { size }) => sum + size, 0)
  const lengthIn = (compiled: RE2JS, text: string) => {
    const matcher = compiled.matcher(text)
    return matcher.find() ? matcher.end() - matcher.start() : 0
  }

  return {
    count: own.length,
    find: (given, found, skipped) => {
      const text = patternText(given)
      if (total * text.length <= mostWork) {
        for (const index of set.match(text)) {
          const one = single[index]
          if (one) found(one.at, lengthIn(one.compiled, text))
        }
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
