import { badXml } from './errors.ts'
import { stripForbidden } from './text.ts'
import { readFlat } from './xml-flat.ts'
import type { XmlNode } from './xml-node.ts'
import { readTree } from './xml-tree.ts'

const maxBytes = 1_048_576

/** Reads a push: the content of its root element `xml`. Every value is a string, a node or a list. */
export function readXml(xml: string): XmlNode {
  const document = prepare(xml)
  return readFlat(document) ?? readTree(document)
}

/** The same by the full reader alone; slower, kept to hold the quick one to it. */
export function readXmlFully(xml: string): XmlNode {
  return readTree(prepare(xml))
}

function prepare(xml: string): string {
  if (xml.length * 3 > maxBytes && Buffer.byteLength(xml) > maxBytes) throw badXml('too large')
  const clean = stripForbidden(xml.charCodeAt(0) === 0xfeff ? xml.slice(1) : xml)
  const start = clean.trimStart()
  if (!start.startsWith('<?xml ')) return clean
  const end = start.indexOf('?>')
  if (end < 0) throw badXml('not well formed')
  return start.slice(end + 2)
}
