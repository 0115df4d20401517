import { readDocument, XmlError } from './xml.ts'
import type { Element } from './xml.ts'

export type Read = string | ReadFields | Read[]
export type ReadFields = { [name: string]: Read }
export type Pushed = {
  kind: 'message' | 'event' | 'unknown'
  type: string
  fields: ReadFields
  warnings: string[]
  dedupKey: string
}

const repeating = ['item', 'List', 'fail_idx']
// The elements that say what a push is and from whom. XML in which one of them occurs twice cannot
// be read, because it could be understood in two ways; all other elements may be repeated.
const single = [
  'ToUserName',
  'FromUserName',
  'CreateTime',
  'MsgType',
  'Event',
  'EventKey',
  'MsgId',
  'MsgID',
  'Content',
]
const ignored = ['__proto__', 'constructor', 'prototype']
const messageTypes = ['text', 'image', 'voice', 'video', 'shortvideo', 'location', 'link', 'file']

function again(known: Read, value: Read, name: string): Read {
  if (single.includes(name)) throw new XmlError('duplicate_element', `<${name}> twice`)
  return [...(Array.isArray(known) ? known : [known]), value]
}

function fieldsOf(element: Element, warnings: string[]): ReadFields {
  const fields = Object.create(null) as ReadFields
  for (const child of element.children) {
    if (ignored.includes(child.name)) {
      if (!warnings.includes('forbidden_name_ignored')) warnings.push('forbidden_name_ignored')
      continue
    }
    const value = child.children.length > 0 ? fieldsOf(child, warnings) : child.text
    const known = fields[child.name]
    if (repeating.includes(child.name)) {
      fields[child.name] = [...(Array.isArray(known) ? known : []), value]
    } else fields[child.name] = known === undefined ? value : again(known, value, child.name)
  }
  return fields
}

function need(fields: ReadFields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string' || value === '') throw new XmlError(`missing_${name}`, `no ${name}`)
  return value
}

const text = (value: Read | undefined): string => (typeof value === 'string' ? value : '')

function dedupKeyOf(fields: ReadFields, kind: Pushed['kind'], type: string): string {
  const [to, from, time] = [
    text(fields['ToUserName']),
    text(fields['FromUserName']),
    text(fields['CreateTime']),
  ]
  if (kind === 'event') {
    const job = text(fields['MsgID'])
    return job === ''
      ? [to, 'evt', from, time, type, text(fields['EventKey'])].join('|')
      : [to, 'evt', type, job].join('|')
  }
  const id = text(fields['MsgId'])
  return id === '' ? [to, 'nomsgid', from, time, type].join('|') : [to, 'msg', id].join('|')
}

/**
 * Reads a push with the simulator's own reader, so that tests can compare other readers with it.
 */
export function readPush(source: string): Pushed {
  const { root, warnings } = readDocument(source)
  const fields = fieldsOf(root, warnings)
  need(fields, 'ToUserName')
  need(fields, 'FromUserName')
  if (!/^\d+$/.test(need(fields, 'CreateTime'))) {
    throw new XmlError('bad_CreateTime', 'CreateTime must be digits')
  }
  const msgType = need(fields, 'MsgType').toLowerCase()
  const type = msgType === 'event' ? need(fields, 'Event').toLowerCase() : msgType
  const kind =
    msgType === 'event' ? 'event' : messageTypes.includes(msgType) ? 'message' : 'unknown'
  return { kind, type, fields, warnings, dedupKey: dedupKeyOf(fields, kind, type) }
}
