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
