/** A small strict reader and writer for the platform's XML: elements, text, CDATA; no attributes, no DOCTYPE. */
export type Element = { name: string, children: Element[], text: string }

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: '\'' }
const token = /<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s<>/]+)\s*>|<([A-Za-z_][\w.-]*)\s*(\/?)>|([^<]+)/y

function decode(text: string): string {
  return text.replace(/&(?:(#x[0-9a-f]+|#\d+|\w+);)?/gi, (whole: string, name = '') => {
    const code = String(name)
    if (/^#x/i.test(code)) return String.fromCodePoint(parseInt(code.slice(2), 16))
    if (code.startsWith('#')) return String.fromCodePoint(parseInt(code.slice(1), 10))
    const found = entities[code]
    if (found === undefined) throw new Error(`unknown entity ${whole}`)
    return found
  })
}

function closeElement(open: Element[], name: string): Element {
  const element = open.pop()
  if (element?.name !== name) throw new Error(`</${name}> closes nothing`)
  return element
}

function openElement(open: Element[], name: string, isEmpty: boolean): Element | null {
  const parent = open.at(-1)
  const element: Element = { name, children: [], text: '' }
  parent?.children.push(element)
  if (!isEmpty) open.push(element)
  return isEmpty && parent === undefined ? element : null
}

function addText(parent: Element | undefined, text: string, isCdata: boolean): void {
  if (!isCdata && text.trim() === '') return
  if (parent === undefined) throw new Error('text outside the root')
  parent.text += isCdata ? text : decode(text)
}

/** Takes one token in; answers the root once it is closed. */
function take(open: Element[], match: RegExpExecArray): Element | null {
  const [, cdata, closing, opening, empty, text = ''] = match
  if (opening !== undefined) return openElement(open, opening, empty === '/')
  if (closing !== undefined) {
    const closed = closeElement(open, closing)
    return open.length === 0 ? closed : null
  }
  addText(open.at(-1), cdata ?? text, cdata !== undefined)
  return null
}

export function readXml(source: string): Element {
  const text = source.replace(/^\uFEFF?\s*(<\?xml[^>]*\?>)?/, '')
  const open: Element[] = []
  let root: Element | null = null
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at
    const match = token.exec(text)
    if (match === null) throw new Error(`not well-formed at ${at}`)
    if (root !== null && match[0].trim() !== '') throw new Error('something follows the root')
    root ??= take(open, match)
  }
  if (root?.name !== 'xml') throw new Error('the root must be <xml>')
  return root
}

export function childText(element: Element, name: string): string | null {
  const found = element.children.filter((child) => child.name === name)
  if (found.length > 1) throw new Error(`<${name}> twice`)
  return found[0]?.text ?? null
}

export function child(element: Element, name: string): Element | null {
  return element.children.find((one) => one.name === name) ?? null
}

function cdata(text: string): string {
  const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Surrogate}]/gu
  const clean = text.replace(forbidden, '')
  return `<![CDATA[${clean.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

export type Value = string | number | bigint | Fields | Value[]
export type Fields = { [name: string]: Value }

function writeField(name: string, value: Value): string {
  if (Array.isArray(value)) return value.map((one) => writeField(name, one)).join('\n')
  if (typeof value === 'string') return `<${name}>${cdata(value)}</${name}>`
  return `<${name}>${typeof value === 'object' ? writeFields(value) : String(value)}</${name}>`
}

export function writeFields(fields: Fields): string {
  return Object.entries(fields).map(([name, value]) => writeField(name, value)).join('\n')
}
