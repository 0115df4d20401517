export type XmlValue = string | XmlNode | XmlValue[]
export type XmlNode = { [name: string]: XmlValue }

export function blankNode(): XmlNode {
  return Object.create(null) as XmlNode
}

export function isIgnoredName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype'
}

/** The text of an element; '' when it is absent or holds elements. */
export function textOf(node: XmlNode, name: string): string {
  const value = node[name]
  return typeof value === 'string' ? value : ''
}

/** The decimal number an element holds; null when it is absent or holds anything else. */
export function numberOf(node: XmlNode, name: string): number | null {
  const text = textOf(node, name).trim()
  return /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/.test(text) ? Number(text) : null
}

/** The elements inside an element; none when it is absent or holds text. */
export function nodeOf(node: XmlNode, name: string): XmlNode {
  const value = node[name]
  return isNode(value) ? value : blankNode()
}

/** The entries of a list that have elements. */
export function nodesOf(node: XmlNode, name: string): XmlNode[] {
  const value = node[name]
  return (Array.isArray(value) ? value : [value]).filter(isNode)
}

function isNode(value: XmlValue | undefined): value is XmlNode {
  return typeof value === 'object' && !Array.isArray(value)
}
