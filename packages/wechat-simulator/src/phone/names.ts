import { failWith, isBody } from '../http.ts'
import type { Body } from '../http.ts'
import type { Fields, Value } from '../wire/xml.ts'

const control = [
  'appid',
  'type',
  'event',
  'copies',
  'parallel',
  'msgId',
  'createTime',
  'text',
  'file',
  'location',
  'link',
  'mediaId',
  'tamper',
  'xml',
]
const lowerNames = ['item', 'bizmsgmenuid', 'count', 'idx']

/**
 * Most of WeChat's element names begin with a capital letter; a few, and those with an underscore,
 * do not.
 */
function elementName(name: string): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) {
    throw failWith(400, 'invalid_input', `${name} cannot name an element`)
  }
  return lowerNames.includes(name) || /^[a-z0-9]+_[a-z0-9_]+$/.test(name)
    ? name
    : `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`
}

function toValue(value: unknown): Value {
  if (typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map(toValue)
  return isBody(value) ? toFields(value) : ''
}

export function toFields(body: Body): Fields {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [elementName(name), toValue(value)]),
  )
}

/**
 * The fields of a request that go into the push, which are all except those that control the
 * simulator itself.
 */
export function others(body: Body): Fields {
  return toFields(
    Object.fromEntries(Object.entries(body).filter(([name]) => !control.includes(name))),
  )
}

export function number(value: unknown, instead: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : instead
}
