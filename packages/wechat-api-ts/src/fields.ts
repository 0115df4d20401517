// Reads a push in XML or JSON. The account chooses the form; the first character shows which one it
// is.
import { badXml } from './errors.ts'
import { readJsonPush, stringAt } from './json.ts'
import type { XmlNode } from './xml-node.ts'
import { maxBytes, readXml } from './xml.ts'

export type PushFormat = 'xml' | 'json'

export const formatOf = (body: string): PushFormat => (/^\s*\{/.test(body) ? 'json' : 'xml')

/**
 * Reads the fields of a push in XML or JSON. Every value in the result is a string, a node or a
 * list.
 */
export function readFields(body: string): XmlNode {
  if (formatOf(body) === 'xml') return readXml(body)
  if (body.length * 3 > maxBytes && Buffer.byteLength(body) > maxBytes) throw badXml('too large')
  return readJsonPush(body)
}

/**
 * Finds the encrypted text of an envelope without reading the rest, which cannot be trusted before
 * the signature has been checked. The plain text beside it (compatible mode) is ignored.
 */
export const encryptedIn = (body: string): string | null =>
  formatOf(body) === 'xml' ? encryptedInXml(body) : encryptedInJson(body)

const openCdata = '<![CDATA['
const openEncrypt = '<Encrypt>'

function encryptedInXml(xml: string): string | null {
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    if (xml.startsWith(openEncrypt, at)) return valueAt(xml, at + openEncrypt.length)
    const end = xml.startsWith(openCdata, at) ? ']]>' : xml.startsWith('<!--', at) ? '-->' : '<'
    at = xml.indexOf(end, at) + end.length
    if (at < end.length) return null
  }
  return null
}

function valueAt(xml: string, at: number): string | null {
  const start = at + (/^\s*/.exec(xml.slice(at, at + 64))?.[0].length ?? 0)
  const inCdata = xml.startsWith(openCdata, start)
  const from = inCdata ? start + openCdata.length : start
  const end = xml.indexOf(inCdata ? ']]>' : '<', from)
  return end < 0 ? null : xml.slice(from, end).trim()
}

function encryptedInJson(text: string): string | null {
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    const name = stringAt(text, at)
    if (!name) return null
    at = name.end
    if (name.value !== 'Encrypt') continue
    const colon = /\s{0,64}:\s{0,64}/y
    colon.lastIndex = at
    if (colon.test(text)) return stringAt(text, colon.lastIndex)?.value ?? null
  }
  return null
}
