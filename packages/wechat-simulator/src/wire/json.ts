/** The JSON form of a push and its answer: the same names as in XML, with ids as plain numbers. */
import { XmlError } from './xml.ts'
import type { Element, Fields, Value } from './xml.ts'

// WeChat writes these ids as plain numbers. They are larger than JavaScript numbers can hold
// exactly, so their digits are copied as text.
const bare = /^(MsgId|MsgID|MenuId|publish_id)$/

function writeValue(name: string, value: Value): string {
  if (Array.isArray(value)) return `[${value.map((one) => writeValue('', one)).join(',')}]`
  if (typeof value === 'object') return writeJson(value)
  const isBare = typeof value === 'string' && bare.test(name) && /^[1-9]\d*$/.test(value)
  return isBare ? value : JSON.stringify(value)
}

export function writeJson(fields: Fields): string {
  const all = Object.entries(fields)
  return `{${all.map(([name, value]) => `${JSON.stringify(name)}:${writeValue(name, value)}`).join(',')}}`
}

function elementOf(name: string, value: unknown): Element {
  if (typeof value !== 'object' || value === null) {
    return { name, children: [], text: typeof value === 'string' ? value : JSON.stringify(value) }
  }
  const children = Array.isArray(value)
    ? value.map((one: unknown) => elementOf('item', one))
    : Object.entries(value).map(([inside, one]) => elementOf(inside, one))
  return { name, children, text: '' }
}

/** Reads a JSON answer into the same structure as XML. */
export function readJson(source: string): Element {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    throw new XmlError('malformed', 'the answer to a push in JSON must be JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new XmlError('malformed', 'the answer must be an object')
  }
  return elementOf('xml', value)
}
