import { Parser } from 'xml2js'
import { randomBytes } from 'node:crypto'
import { badXml } from './errors.ts'
import { stripForbidden } from './text.ts'
import { withoutCdata } from './xml-cdata.ts'
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

// The name of the element into which the whole push is put before it is parsed. It is random, so
// that no push can contain it.
const wrapper = `all${randomBytes(16).toString('hex')}`

type Raw = string | { [name: string]: Raw | Raw[] }

/**
 * Reads any push with xml2js. It refuses what is malformed, has too many elements or too deep ones,
 * or contains twice what may occur only once.
 */
export function readTree(xml: string): XmlNode {
  const flat = withoutCdata(xml)
  countElements(flat)
  const raw = parse(flat)
  const { ':xml': root, _: around = '', ...more } = typeof raw === 'string' ? {} : raw
  const isAlone = isBlank(around) && Object.keys(more).length === 0
  if (root === undefined || Array.isArray(root) || !isAlone) {
    throw badXml('the root must be one xml element')
  }
  return topNode(root)
}

const isBlank = (text: Raw | Raw[]) =>
  typeof text === 'string' && stripForbidden(text).trim() === ''

function countElements(flat: string): void {
  let elements = 0
  for (let at = flat.indexOf('<'); at >= 0; at = flat.indexOf('<', at + 1)) {
    if (flat.charCodeAt(at + 1) !== 47 && ++elements > maxElements) {
      throw badXml('too many elements')
    }
  }
}

// Parses with xml2js. Names get a prefix so that they cannot collide with xml2js's own keys or
// Object.prototype. An element around everything makes text after the root element visible, so that
// it can be refused.
function parse(flat: string): Raw {
  const seen: { error: Error | null; value: Raw | null } = { error: null, value: null }
  const parser = new Parser({
    strict: true,
    ignoreAttrs: true,
    explicitArray: false,
    explicitRoot: false,
    emptyTag: '',
    tagNameProcessors: [(name: string) => `:${name}`],
  })
  parser.parseString(
    `<${wrapper}>${flat}</${wrapper}>`,
    (error: Error | null, value: Raw | null) => {
      if (error) seen.error = error
      else seen.value = value
    },
  )
  if (seen.error !== null || seen.value === null) throw badXml('not well formed')
  return seen.value
}

function topNode(root: Raw): XmlNode {
  const node = blankNode()
  if (typeof root === 'string') return node
  for (const [name, value] of children(root)) {
    for (const one of [value].flat()) {
      if (!addOnTop(node, name, convert(one, 2))) throw badXml(`${name} appears twice`)
    }
  }
  return node
}

function convert(raw: Raw, depth: number): XmlValue {
  if (depth > maxDepth) throw badXml('too deep')
  if (typeof raw === 'string') return stripForbidden(raw)
  const node = blankNode()
  for (const [name, value] of children(raw)) {
    if (Array.isArray(value)) node[name] = value.map((entry) => convert(entry, depth + 1))
    else node[name] = listNames.has(name) ? [convert(value, depth + 1)] : convert(value, depth + 1)
  }
  return node
}

function children(raw: Exclude<Raw, string>): [string, Raw | Raw[]][] {
  return Object.entries(raw)
    .filter(([key]) => key.startsWith(':') && !isIgnoredName(key.slice(1)))
    .map(([key, value]) => [key.slice(1), value])
}
