import { badXml } from './errors.ts'
import { readFlat } from './xml-flat.ts'
import type { XmlNode } from './xml-node.ts'
import { readTree } from './xml-tree.ts'

export const maxBytes = 1_048_576

/** Reads a push: the content of its root element `xml`. Every value is a string, a node or a list. */
export function readXml(xml: string): XmlNode {
  const document = prepare(xml)
  return readFlat(document) ?? readTree(document)
}

/** The same by the full reader alone; slower, kept to hold the quick one to it. */
export function readXmlFully(xml: string): XmlNode {
  return readTree(prepare(xml))
}

/**
 * Nothing is dropped from the document before it is read: what XML forbids between `]]` and `>` was typed by a follower, and without
 * it those two would end the CDATA. Both readers clean the values.
 */
function prepare(xml: string): string {
  if (xml.length * 3 > maxBytes && Buffer.byteLength(xml) > maxBytes) throw badXml('too large')
  const start = xml.trimStart()
  if (!start.startsWith('<?xml ')) return start
  const end = start.indexOf('?>')
  if (end < 0) throw badXml('not well formed')
  return start.slice(end + 2)
}
