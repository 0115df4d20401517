import { randomBytes } from 'node:crypto'
import { failWith, isBody, isText, textOf } from './http.ts'
import type { Body } from './http.ts'
import type { Fields, Value } from './xml.ts'

const control = ['appid', 'type', 'event', 'copies', 'parallel', 'msgId', 'createTime', 'text', 'file', 'location', 'link']
const lowerNames = ['item', 'bizmsgmenuid']

/** The platform's names begin with a capital; a few, and those with an underline, do not. */
function elementName(name: string): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw failWith(400, 'invalid_input', `${name} cannot name an element`)
  return lowerNames.includes(name) || /^[a-z0-9]+_[a-z0-9_]+$/.test(name) ? name : `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`
}

function toValue(value: unknown): Value {
  if (typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map(toValue)
  return isBody(value) ? toFields(value) : ''
}

function toFields(body: Body): Fields {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [elementName(name), toValue(value)]))
}

function others(body: Body): Fields {
  return toFields(Object.fromEntries(Object.entries(body).filter(([name]) => !control.includes(name))))
}

function mediaId(body: Body): string {
  return isText(body['mediaId']) ? body['mediaId'] : `sim_${randomBytes(24).toString('base64url')}`
}

function number(value: unknown, instead: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : instead
}

function locationFields(body: Body): Fields {
  const place = isBody(body['location']) ? body['location'] : body
  const x = place['latitude'] ?? place['x'] ?? place['location_X']
  const y = place['longitude'] ?? place['y'] ?? place['location_Y']
  if (typeof x !== 'number' || typeof y !== 'number') {
    throw failWith(400, 'invalid_input', 'location must hold the numbers latitude and longitude')
  }
  const label = isText(place['label']) ? place['label'] : ''
  return { Location_X: x, Location_Y: y, Scale: number(place['scale'], 15), Label: label }
}

function linkFields(body: Body): Fields {
  const link = isBody(body['link']) ? body['link'] : body
  const text = (name: string): string => isText(link[name]) ? link[name] : ''
  return { Title: text('title'), Description: text('description'), Url: textOf(link, 'url') }
}

const builders: Record<string, (body: Body) => Fields> = {
  text: (body) => ({ Content: textOf(body, 'text'), ...others(body) }),
  image: (body) => {
    const id = mediaId(body)
    return { PicUrl: `http://mmbiz.qpic.cn/sim/${id}`, ...others(body), MediaId: id }
  },
  voice: (body) => {
    const id = mediaId(body)
    return { Format: 'amr', ...others(body), MediaId: id, MediaId16K: `${id}_16k` }
  },
  video: (body) => ({ ThumbMediaId: mediaId({}), ...others(body), MediaId: mediaId(body) }),
  shortvideo: (body) => ({ ThumbMediaId: mediaId({}), ...others(body), MediaId: mediaId(body) }),
  location: locationFields,
  link: linkFields,
}

/** The elements between MsgType and MsgId. Of a type it does not know, every field becomes an element. */
export function messageFields(type: string, body: Body): Fields {
  return Object.hasOwn(builders, type) ? builders[type]?.(body) ?? {} : {
    ...isText(body['text']) ? { Content: body['text'] } : {}, ...others(body),
  }
}

export function eventFields(body: Body): Fields {
  const event = textOf(body, 'event')
  const key = ['subscribe', 'unsubscribe'].includes(event.toLowerCase()) ? { EventKey: '' } : {}
  return { Event: event, ...key, ...others(body) }
}

const shortNames: Record<string, string> = { image: '图片', voice: '语音', video: '视频', shortvideo: '小视频', file: '文件' }

/** What the follower's own phone shows of what was sent. */
export function ownText(type: string, fields: Fields): string {
  const text = fields['Content'] ?? fields['Label'] ?? fields['Title']
  if (typeof text === 'string' && text !== '') return text
  return `[${shortNames[type] ?? type}]`
}
