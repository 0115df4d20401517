import { hasForbidden, stripForbidden } from './text.ts'
import { addOnTop, blankNode, isIgnoredName, maxElements, type XmlNode } from './xml-node.ts'
import { decodeReferences } from './xml-references.ts'

type XmlCursor = { xml: string; at: number; dirty: boolean }

const openCdata = '<![CDATA['
const whiteOnly = /^[ \t\r\n]*$/

/**
 * Quickly reads a push whose elements contain only text, as nearly all do. Returns null if the push
 * is different or malformed; then the full reader reads or refuses it.
 */
export function readFlat(xml: string): XmlNode | null {
  const cursor = { xml, at: 0, dirty: hasForbidden(xml) }
  skipWhite(cursor)
  if (!xml.startsWith('<xml>', cursor.at)) return null
  cursor.at += 5
  const fields = blankNode()
  // Counts the elements, beginning with the root, so that a push with too many of them is not read.
  for (let elements = 1; elements <= maxElements; elements++) {
    skipWhite(cursor)
    if (xml.charCodeAt(cursor.at) !== 60) return null
    if (xml.charCodeAt(cursor.at + 1) === 47) return endsHere(cursor) ? fields : null
    if (!readElement(cursor, fields)) return null
  }
  return null
}

function readElement(cursor: XmlCursor, fields: XmlNode): boolean {
  const name = readName(cursor)
  if (name === null || isIgnoredName(name)) return false
  const value = readValue(cursor, name)
  if (value === null) return false
  return addOnTop(fields, name, cursor.dirty ? stripForbidden(value) : value)
}

function readName(cursor: XmlCursor): string | null {
  const start = cursor.at + 1
  let at = start
  while (isNameCode(cursor.xml.charCodeAt(at))) at++
  const first = cursor.xml.charCodeAt(start)
  if (at === start || (first >= 48 && first <= 57)) return null
  cursor.at = at
  return cursor.xml.slice(start, at)
}

function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95
  )
}

function readValue(cursor: XmlCursor, name: string): string | null {
  const { xml } = cursor
  if (xml.charCodeAt(cursor.at) === 47 && xml.charCodeAt(cursor.at + 1) === 62) {
    cursor.at += 2
    return ''
  }
  if (xml.charCodeAt(cursor.at) !== 62) return null
  cursor.at += 1
  let value: string | null = ''
  while (!xml.startsWith('</', cursor.at)) {
    const part: string | null = xml.startsWith(openCdata, cursor.at)
      ? readCdata(cursor)
      : readText(cursor)
    if (part === null) return null
    value += part
  }
  return closes(cursor, name) ? value : null
}

function closes(cursor: XmlCursor, name: string): boolean {
  const end = cursor.at + 2 + name.length
  if (!cursor.xml.startsWith(name, cursor.at + 2) || cursor.xml.charCodeAt(end) !== 62) return false
  cursor.at = end + 1
  return true
}

function readCdata(cursor: XmlCursor): string | null {
  const start = cursor.at + openCdata.length
  const end = cursor.xml.indexOf(']]>', start)
  if (end < 0) return null
  cursor.at = end + 3
  return cursor.xml.slice(start, end)
}

function readText(cursor: XmlCursor): string | null {
  const { xml, at } = cursor
  const end = xml.indexOf('<', at)
  if (end <= at) return null
  cursor.at = end
  const text = xml.slice(at, end)
  if (text.includes('>')) return null
  const besideCdata =
    xml.startsWith(openCdata, end) ||
    (xml.charCodeAt(at - 1) === 62 && xml.startsWith(']]>', at - 3))
  if (besideCdata && whiteOnly.test(text)) return ''
  return text.includes('&') ? decodeReferences(text) : text
}

function skipWhite(cursor: XmlCursor): void {
  for (;;) {
    const code = cursor.xml.charCodeAt(cursor.at)
    if (code !== 10 && code !== 32 && code !== 13 && code !== 9) return
    cursor.at++
  }
}

function endsHere(cursor: XmlCursor): boolean {
  if (!cursor.xml.startsWith('</xml>', cursor.at)) return false
  cursor.at += 6
  skipWhite(cursor)
  return cursor.at === cursor.xml.length
}
