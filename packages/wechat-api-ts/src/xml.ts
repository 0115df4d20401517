import { badXml } from './errors.ts'
import { readFlat } from './xml-flat.ts'
import type { XmlNode } from './xml-node.ts'
import { readTree } from './xml-tree.ts'

export const maxBytes = 1_048_576

/**
 * Reads the content of a push's root element `xml`. Every value in the result is a string, a node
 * or a list.
 */
export function readXml(xml: string): XmlNode {
  const document = prepare(xml)
  return readFlat(document) ?? readTree(document)
}

/** Uses only the full reader, which is slower. Tests compare the quick reader with it. */
export function readXmlFully(xml: string): XmlNode {
  return readTree(prepare(xml))
}

/**
 * Prepares a push for both readers. Forbidden characters are removed only from the values that were
 * read, not from the document: if a follower typed one between `]]` and `>`, removing it here would
 * create the end of a CDATA section.
 */
function prepare(xml: string): string {
  if (xml.length * 3 > maxBytes && Buffer.byteLength(xml) > maxBytes) throw badXml('too large')
  const start = xml.trimStart()
  if (!start.startsWith('<?xml ')) return start
  const end = start.indexOf('?>')
  if (end < 0) throw badXml('not well formed')
  return start.slice(end + 2)
}
