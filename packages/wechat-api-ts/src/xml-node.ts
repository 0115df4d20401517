export type XmlValue = string | XmlNode | XmlValue[]
export type XmlNode = { [name: string]: XmlValue }

export const maxDepth = 16
export const maxElements = 2000
/** Elements below the top that are always lists, even with a single entry. */
export const listNames: ReadonlySet<string> = new Set(['item', 'List', 'fail_idx'])

export function blankNode(): XmlNode {
  return Object.create(null) as XmlNode
}

export function isIgnoredName(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype'
}

// Elements that tell who sent the push and what it says. If one occurred twice, different readers
// might believe different values, so that is refused.
const standOnce = new Set(
  (
    'ToUserName FromUserName CreateTime MsgType MsgId MsgID Event EventKey Ticket Encrypt Content bizmsgmenuid MediaId ' +
    'ThumbMediaId MediaId16K PicUrl Url Title Description Location_X Location_Y Scale Label FileKey AppId InfoType ' +
    'ComponentVerifyTicket AuthorizerAppid AuthorizationCode'
  ).split(' '),
)

/**
 * Adds an element at the top of a push. Returns false if it may occur only once and is already
 * there. Other repeated elements become a list.
 */
export function addOnTop(fields: XmlNode, name: string, value: XmlValue): boolean {
  const before = fields[name]
  if (before === undefined) fields[name] = value
  else if (standOnce.has(name)) return false
  else if (Array.isArray(before)) before.push(value)
  else fields[name] = [before, value]
  return true
}

/** The text of an element; '' if it is absent or contains elements. */
export function textOf(node: XmlNode, name: string): string {
  const value = node[name]
  return typeof value === 'string' ? value : ''
}

/** The decimal number in an element; null if it is absent or contains anything else. */
export function numberOf(node: XmlNode, name: string): number | null {
  const text = textOf(node, name).trim()
  return /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/.test(text) ? Number(text) : null
}

/** The elements inside an element; none if it is absent or contains text. */
export function nodeOf(node: XmlNode, name: string): XmlNode {
  const value = node[name]
  return isNode(value) ? value : blankNode()
}

/** Returns the entries of a list that contain elements, and leaves out those that are only text. */
export function nodesOf(node: XmlNode, name: string): XmlNode[] {
  const value = node[name]
  return (Array.isArray(value) ? value : [value]).filter(isNode)
}

function isNode(value: XmlValue | undefined): value is XmlNode {
  return typeof value === 'object' && !Array.isArray(value)
}
