/**
 * A strict reader of WeChat's XML: elements, text and CDATA. Attributes and comments are ignored,
 * DOCTYPE is refused.
 */
export type Element = { name: string; children: Element[]; text: string }
export type Document = { root: Element; warnings: string[] }

export class XmlError extends Error {
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

const largest = 1_048_576
const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Surrogate}]/gu
const attributes = String.raw`(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*`
const token = new RegExp(
  String.raw`<!\[CDATA\[([\s\S]*?)\]\]>|<(!)--[\s\S]*?-->|<\/([^\s<>/]+)\s*>|` +
    String.raw`<([A-Za-z_][\w.-]*)${attributes}\s*(\/?)>|([^<]+)`,
  'y',
)

type Reading = { open: Element[]; root: Element | null; count: number; warnings: Set<string> }

function clean(text: string, warnings: Set<string>): string {
  const kept = text.replace(forbidden, '')
  if (kept !== text) warnings.add('control_chars_stripped')
  return kept
}

function decode(text: string, warnings: Set<string>): string {
  return text.replace(/&(?:(#x[0-9a-f]+|#\d+|\w+);)?/gi, (whole: string, name = '') => {
    const code = String(name)
    if (code === '') throw new XmlError('bad_entity', '& stands alone')
    if (code.startsWith('#')) {
      const point = /^#x/i.test(code) ? parseInt(code.slice(2), 16) : parseInt(code.slice(1), 10)
      if (!(point <= 0x10ffff)) throw new XmlError('bad_entity', `${whole} is no character`)
      return clean(String.fromCodePoint(point), warnings)
    }
    const found = entities[code]
    if (found === undefined) throw new XmlError('unknown_entity', `unknown entity ${whole}`)
    return found
  })
}

function closeElement(reading: Reading, name: string): void {
  const element = reading.open.pop()
  if (element?.name !== name) throw new XmlError('malformed', `</${name}> closes nothing`)
}

function openElement(reading: Reading, name: string, isEmpty: boolean): void {
  const { open } = reading
  reading.count += 1
  if (reading.count > 2000) throw new XmlError('too_many_nodes', 'more than 2000 elements')
  if (open.length >= 16) throw new XmlError('too_deep', 'deeper than 16')
  const element: Element = { name, children: [], text: '' }
  const parent = open.at(-1)
  if (parent === undefined && reading.root !== null) {
    throw new XmlError('malformed', 'something follows the root')
  }
  parent?.children.push(element)
  reading.root ??= element
  if (!isEmpty) open.push(element)
}

function addText(reading: Reading, text: string, isCdata: boolean): void {
  if (!isCdata && text.trim() === '') return
  const parent = reading.open.at(-1)
  if (parent === undefined) throw new XmlError('malformed', 'text outside the root')
  parent.text += isCdata ? text : decode(text, reading.warnings)
}

function take(reading: Reading, match: RegExpExecArray): void {
  const [, cdata, comment, closing, opening, empty, text = ''] = match
  if (comment !== undefined) return
  if (opening !== undefined) openElement(reading, opening, empty === '/')
  else if (closing !== undefined) closeElement(reading, closing)
  else addText(reading, cdata ?? text, cdata !== undefined)
}

export function readDocument(source: string): Document {
  if (Buffer.byteLength(source, 'utf8') > largest) {
    throw new XmlError('too_large', 'more than 1 MiB')
  }
  const warnings = new Set<string>()
  const text = clean(source.replace(/^\uFEFF/, ''), warnings).replace(/^\s*<\?xml\s[^>]*\?>/, '')
  const reading: Reading = { open: [], root: null, count: 0, warnings }
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at
    const match = token.exec(text)
    if (match === null) {
      const isDtd = /^<!(doctype|entity)/i.test(text.slice(at, at + 10))
      throw new XmlError(
        isDtd ? 'dtd_forbidden' : 'malformed',
        isDtd ? 'DOCTYPE is refused' : `not well-formed at ${at}`,
      )
    }
    take(reading, match)
  }
  if (reading.root === null || reading.open.length > 0) {
    throw new XmlError('malformed', 'an element is not closed')
  }
  if (reading.root.name !== 'xml') throw new XmlError('wrong_root', 'the root must be <xml>')
  return { root: reading.root, warnings: [...warnings] }
}

export function readXml(source: string): Element {
  return readDocument(source).root
}

export function childText(element: Element, name: string): string | null {
  const found = element.children.filter((child) => child.name === name)
  if (found.length > 1) throw new XmlError('duplicate_element', `<${name}> twice`)
  return found[0]?.text ?? null
}

export function child(element: Element, name: string): Element | null {
  return element.children.find((one) => one.name === name) ?? null
}

export function cdata(text: string): string {
  return `<![CDATA[${text.replace(forbidden, '').replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

export type Value = string | number | Fields | Value[]
export type Fields = { [name: string]: Value }

// WeChat writes these elements as plain numbers without CDATA. Some are too large for JavaScript
// numbers, so their values are texts.
const bare = /^(MsgId|MsgID|Count|PopupScene|ErrorCode|MenuId|publish_id)$/

function writeField(name: string, value: Value): string {
  if (Array.isArray(value)) return value.map((one) => writeField(name, one)).join('\n')
  if (typeof value === 'string') {
    return `<${name}>${bare.test(name) && /^\d+$/.test(value) ? value : cdata(value)}</${name}>`
  }
  return `<${name}>${typeof value === 'object' ? writeFields(value) : String(value)}</${name}>`
}

export function writeFields(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => writeField(name, value))
    .join('\n')
}
