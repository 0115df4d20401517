// Reads a push in JSON form into the same structure as its XML form. Numbers become texts, so that
// ids above 2^53 keep all digits.
import { badXml } from './errors.ts'
import { stripForbidden } from './text.ts'
import {
  addOnTop,
  blankNode,
  isIgnoredName,
  listNames,
  maxDepth,
  maxElements,
  type XmlNode,
  type XmlValue,
} from './xml-node.ts'

type JsonCursor = { text: string; at: number; values: number }

const white = /[ \t\r\n\ufeff]*/y
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const word = /true|false|null/y

export function readJsonPush(text: string): XmlNode {
  const cursor = { text, at: 0, values: 0 }
  skip(cursor, white)
  const root = readObject(cursor, 1)
  skip(cursor, white)
  if (cursor.at < text.length) throw badXml('not well formed')
  return root
}

/**
 * Reads what matches the pattern at the present place of the JSON text, goes on behind it and
 * returns it; '' if nothing matches.
 */
function skip(cursor: JsonCursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at
  const [found = ''] = pattern.exec(cursor.text) ?? []
  cursor.at += found.length
  return found
}

/** Whether this character comes next, ignoring white space. If so, it is skipped. */
function takes(cursor: JsonCursor, sign: string): boolean {
  skip(cursor, white)
  if (cursor.text[cursor.at] !== sign) return false
  cursor.at += 1
  return true
}

function must(cursor: JsonCursor, sign: string): void {
  if (!takes(cursor, sign)) throw badXml('not well formed')
}

/** Calls `each` for the comma-separated entries between two brackets. */
function readBetween(cursor: JsonCursor, [first, last]: [string, string], each: () => void): void {
  must(cursor, first)
  if (takes(cursor, last)) return
  do each()
  while (takes(cursor, ','))
  must(cursor, last)
}

function readObject(cursor: JsonCursor, depth: number): XmlNode {
  const node = blankNode()
  readBetween(cursor, ['{', '}'], () => {
    skip(cursor, white)
    const name = readString(cursor)
    must(cursor, ':')
    const value = readValue(cursor, depth + 1)
    if (isIgnoredName(name)) return
    if (depth > 1) addBelow(node, name, value)
    else if (!addOnTop(node, name, value)) throw badXml(`${name.slice(0, 64)} appears twice`)
  })
  return node
}

function addBelow(node: XmlNode, name: string, value: XmlValue): void {
  const before = node[name]
  if (before !== undefined) node[name] = [before, value].flat()
  else node[name] = listNames.has(name) && !Array.isArray(value) ? [value] : value
}

function readList(cursor: JsonCursor, depth: number): XmlValue[] {
  const list: XmlValue[] = []
  readBetween(cursor, ['[', ']'], () => {
    list.push(readValue(cursor, depth + 1))
  })
  return list
}

function readValue(cursor: JsonCursor, depth: number): XmlValue {
  if (depth > maxDepth) throw badXml('too deep')
  if (++cursor.values >= maxElements) throw badXml('too many elements')
  skip(cursor, white)
  const first = cursor.text[cursor.at]
  if (first === '{') return readObject(cursor, depth)
  if (first === '[') return readList(cursor, depth)
  return first === '"' ? stripForbidden(readString(cursor)) : readBare(cursor)
}

function readBare(cursor: JsonCursor): string {
  const found = skip(cursor, number) || skip(cursor, word)
  if (!found) throw badXml('not well formed')
  return found === 'null' ? '' : found
}

function readString(cursor: JsonCursor): string {
  const found = stringAt(cursor.text, cursor.at)
  if (!found) throw badXml('not well formed')
  cursor.at = found.end
  return found.value
}

/** Reads the string that begins here with its quotation mark. Null if there is none. */
export function stringAt(text: string, start: number): { value: string; end: number } | null {
  if (text.charCodeAt(start) !== 34) return null
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  if (end < 0) return null
  const inside = text.slice(start + 1, end)
  const value = inside.includes('\\') ? unescaped(inside) : inside
  return value === null ? null : { value, end: end + 1 }
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === 92) slashes += 1
  return slashes % 2 === 1
}

function unescaped(inside: string): string | null {
  try {
    // Raw control characters are invalid in JSON. They are escaped before the string is read, so
    // that no message is lost because of them.
    const clean = inside.replace(/[\u0000-\u001f]/g, (one) => JSON.stringify(one).slice(1, -1))
    return JSON.parse(`"${clean}"`) as string
  } catch {
    return null
  }
}
