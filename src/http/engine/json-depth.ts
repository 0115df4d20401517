// Limits how deep JSON is nested and how many names and brackets it contains. They are counted by
// scanning the bytes, because parsing deeply nested JSON, or JSON with very many names, costs far
// more than its size suggests.
import { AppError } from '../../errors.ts'

const deepest = 32
/**
 * The largest number of different names in a JSON body. It is plenty: rules use fewer than fifty.
 */
const mostNames = 500
/**
 * The largest number of brackets in a JSON body: enough for twenty thousand rules with fifty
 * brackets each.
 */
const mostBrackets = 1_000_000
const [quote, escape, openList, openObject, closeList, closeObject, colon] = [
  0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d, 0x3a,
]
const isSpace = (byte: number | undefined) =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d

export function refuseDeep(json: Uint8Array): void {
  refuse(faultOfBrackets(json))
}

function refuse(fault: string | null, field = 'body'): void {
  if (fault !== null) throw new AppError('invalid_input', `${field}: ${fault}`, { field })
}

/**
 * Returns what is wrong with the brackets of a JSON text, or null. It looks at single bytes, which
 * is safe because in UTF-8 no byte of a longer character looks like a bracket.
 */
function faultOfBrackets(json: Uint8Array, most = Infinity): string | null {
  let depth = 0
  let opened = 0
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at]
    if (byte === quote) at = endOfWords(json, at)
    else if (byte === openList || byte === openObject) {
      depth += 1
      opened += 1
    } else if (byte === closeList || byte === closeObject) depth -= 1
    if (depth > deepest) return `at most ${deepest} brackets deep.`
    if (opened > most) return `at most ${most} lists and objects.`
  }
  return null
}

function endOfWords(json: Uint8Array, from: number): number {
  let at = from + 1
  while (at < json.length && json[at] !== quote) at += json[at] === escape ? 2 : 1
  return at
}

/**
 * Refuses a JSON body that would be costly to parse. It must be called wherever a JSON body may be
 * large.
 */
export function refuseCostly(json: Buffer, field = 'body'): void {
  refuse(faultOfBrackets(json, mostBrackets), field)
  refuse(hasManyNames(json) ? `at most ${mostNames} different names.` : null, field)
}

function hasManyNames(json: Buffer): boolean {
  const names = new Set<string>()
  for (let from = json.indexOf(quote); from >= 0;) {
    const end = endOfWords(json, from)
    let next = end + 1
    while (isSpace(json[next])) next += 1
    if (json[next] === colon) names.add(json.toString('latin1', from + 1, end))
    if (names.size > mostNames) return true
    from = json.indexOf(quote, next)
  }
  return false
}
