export type XmlValue = string | XmlNode | XmlValue[]
export type XmlNode = { [name: string]: XmlValue }

export const maxDepth = 16
export const maxElements = 2000
/** Lists below the top, also with one entry. */
export const listNames: ReadonlySet<string> = new Set(['item', 'List', 'fail_idx'])

export function blankNode(): XmlNode {
  return Object.create(null) as XmlNode
}

export function isIgnoredName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype'
}

// What says who and what a push is: twice, it would say two things, and readers differ in which of them they believe.
const standOnce = new Set(
  (
    'ToUserName FromUserName CreateTime MsgType MsgId MsgID Event EventKey Ticket Encrypt Content bizmsgmenuid MediaId ' +
    'ThumbMediaId MediaId16K PicUrl Url Title Description Location_X Location_Y Scale Label FileKey AppId InfoType ' +
    'ComponentVerifyTicket AuthorizerAppid AuthorizationCode'
  ).split(' '),
)

/** Adds an entry at the top of a push; false when it stands there and must stand once. What else repeats is a list. */
export function addOnTop(fields: XmlNode, name: string, value: XmlValue): boolean {
  const before = fields[name]
  if (before === undefined) fields[name] = value
  else if (standOnce.has(name)) return false
  else if (Array.isArray(before)) before.push(value)
  else fields[name] = [before, value]
  return true
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
