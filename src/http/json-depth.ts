// How deep is JSON? Found by a flat scan: building what is deep costs forty times what as many flat bytes cost.
import { AppError } from '../errors.ts'

const deepest = 32
const [quote, escape, openList, openObject, closeList, closeObject] = [
  0x22, 0x5c, 0x5b, 0x7b, 0x5d, 0x7d,
]

export function refuseDeep(json: Uint8Array): void {
  if (!isTooDeep(json)) return
  throw new AppError('invalid_input', `body: at most ${deepest} brackets deep.`, { field: 'body' })
}

/** In UTF-8 no part of another sign looks like a bracket. */
function isTooDeep(json: Uint8Array): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at]
    if (byte === quote) at = endOfWords(json, at)
    else if (byte === openList || byte === openObject) depth += 1
    else if (byte === closeList || byte === closeObject) depth -= 1
    if (depth > deepest) return true
  }
  return false
}

function endOfWords(json: Uint8Array, from: number): number {
  let at = from + 1
  while (at < json.length && json[at] !== quote) at += json[at] === escape ? 2 : 1
  return at
}
