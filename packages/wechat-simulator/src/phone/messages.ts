import { createHash } from 'node:crypto'
import { sample } from '../assets.ts'
import { failWith, isBody, isText, textOf } from '../http.ts'
import type { Body } from '../http.ts'
import { addMedia } from '../state/media.ts'
import type { Store } from '../state/store.ts'
import type { MediaType } from '../types.ts'
import { number, others } from './names.ts'
import type { Fields } from '../wire/xml.ts'

type Place = { store: Store; appid: string }
type Build = (body: Body, place: Place) => Fields

const samples: Partial<Record<MediaType, string[]>> = {
  image: ['sunset.jpg', 'parcel.jpg', 'cat.jpg'],
  voice: ['voice.amr'],
  video: ['video.mp4'],
  thumb: ['thumb.jpg'],
}
let turn = 0

/**
 * Reads a file of a request, given as base64 or a data address, alone or with a name: `{base64,
 * name?}`, or `{data, name?}` as the page sends it.
 */
function bytesOf(body: Body): { bytes: Buffer; name: string | null } | null {
  const { file } = body
  if (file === undefined || file === null) return null
  const text = isBody(file) ? (file['base64'] ?? file['data']) : file
  if (typeof text !== 'string') {
    throw failWith(
      400,
      'invalid_input',
      'file must be base64, a data address, {base64, name?} or {data, name?}',
    )
  }
  const name = isBody(file) && isText(file['name']) ? file['name'] : null
  return { bytes: Buffer.from(text.replace(/^data:[^,]*,/, ''), 'base64'), name }
}

/**
 * The media id to push: the given one (even if it does not exist), or the id of the given file or
 * of a sample.
 */
function mediaId(body: Body, type: MediaType, { store, appid }: Place): string {
  if (isText(body['mediaId'])) return body['mediaId']
  const file = bytesOf(body)
  const names = samples[type] ?? []
  const bytes = file?.bytes ?? sample(names[turn++ % names.length] ?? '')
  return addMedia(store, {
    appid,
    type,
    bytes,
    ...(typeof file?.name === 'string' ? { name: file.name } : {}),
  }).mediaId
}

function image(body: Body, place: Place): Fields {
  const id = mediaId(body, 'image', place)
  return { PicUrl: `${place.store.origin}/mmbiz/${id}`, ...others(body), MediaId: id }
}

function voice(body: Body, place: Place): Fields {
  const id = mediaId(body, 'voice', place)
  const own = isText(body['mediaId']) || bytesOf(body) !== null
  const wide = own
    ? id
    : addMedia(place.store, { appid: place.appid, type: 'voice', bytes: sample('voice16k.amr') })
        .mediaId
  return { MediaId: id, Format: 'amr', MediaId16K: wide, ...others(body) }
}

function video(body: Body, place: Place): Fields {
  return {
    MediaId: mediaId(body, 'video', place),
    ThumbMediaId: mediaId({}, 'thumb', place),
    ...others(body),
  }
}

function location(body: Body): Fields {
  const place = isBody(body['location']) ? body['location'] : body
  const find = (...names: string[]): number =>
    Number(names.map((name) => place[name]).find((value) => value !== undefined && value !== ''))
  const [x, y] = [
    find('latitude', 'lat', 'x', 'location_X'),
    find('longitude', 'lng', 'lon', 'y', 'location_Y'),
  ]
  if (!Number.isFinite(x) || !Number.isFinite(y)) {
    throw failWith(400, 'invalid_input', 'location must hold the numbers latitude and longitude')
  }
  const label = isText(place['label']) ? place['label'] : ''
  return { Location_X: x, Location_Y: y, Scale: number(place['scale'], 15), Label: label }
}

function link(body: Body): Fields {
  const given: Body = isBody(body['link'])
    ? body['link']
    : isText(body['link'])
      ? { url: body['link'] }
      : body
  const text = (name: string): string => (isText(given[name]) ? given[name] : '')
  return { Title: text('title'), Description: text('description'), Url: textOf(given, 'url') }
}

/**
 * The fields of a file message. A file is pushed with only its name and size, and the account
 * cannot download it.
 */
function file(body: Body): Fields {
  const given = bytesOf(body)
  const bytes = given?.bytes ?? Buffer.from('报价单\n')
  const md5 = createHash('md5').update(bytes).digest('hex')
  const name = given?.name ?? (isText(body['text']) ? body['text'] : '报价单.xlsx')
  return {
    Title: name,
    Description: '',
    FileKey: md5.slice(0, 16),
    FileMd5: md5,
    FileTotalLen: given === null ? 20_480 : bytes.length,
    ...others(body),
  }
}

function miniprogrampage(body: Body, place: Place): Fields {
  const thumb = mediaId(body, 'thumb', place)
  return {
    Title: isText(body['text']) ? body['text'] : '小程序',
    AppId: place.appid,
    PagePath: 'pages/index/index',
    ThumbUrl: `${place.store.origin}/mmbiz/${thumb}`,
    ThumbMediaId: thumb,
    ...others(body),
  }
}

const builders: Record<string, Build> = {
  text: (body) => ({ Content: textOf(body, 'text'), ...others(body) }),
  image,
  voice,
  video,
  shortvideo: video,
  location,
  link,
  file,
  miniprogrampage,
}

/**
 * The fields of a message of a type that the simulator does not know: every field of the request
 * becomes an element.
 */
function unknown(body: Body): Fields {
  return {
    ...(isText(body['text']) ? { Content: body['text'] } : {}),
    ...(isText(body['mediaId']) ? { MediaId: body['mediaId'] } : {}),
    ...others(body),
  }
}

const behindMsgId = ['MediaId16K', 'bizmsgmenuid', 'MsgDataId', 'Idx']

/**
 * Returns the elements that WeChat writes between MsgType and MsgId, and those that it writes after
 * MsgId.
 */
export function messageFields(
  type: string,
  body: Body,
  place: Place,
): { fields: Fields; after: Fields } {
  const build = Object.hasOwn(builders, type) ? (builders[type] ?? unknown) : unknown
  const all = Object.entries(build(body, place))
  return {
    fields: Object.fromEntries(all.filter(([name]) => !behindMsgId.includes(name))),
    after: Object.fromEntries(all.filter(([name]) => behindMsgId.includes(name))),
  }
}

const shortNames: Record<string, string> = {
  image: '图片',
  voice: '语音',
  video: '视频',
  shortvideo: '小视频',
  file: '文件',
}

/**
 * A message that the follower sent, as text for their own phone and for the record of WeChat's
 * customer-service desk. What has no words is named, such as [图片].
 */
export function ownText(type: string, fields: Fields): string {
  const text = fields['Content'] ?? fields['Label'] ?? fields['Title']
  if (typeof text === 'string' && text !== '') return text
  return `[${shortNames[type] ?? type}]`
}
