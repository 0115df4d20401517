import { createHash } from 'node:crypto'
import { failWith, isBody, isText, optionalText, textOf } from '../http.ts'
import type { Body } from '../http.ts'
import { menuFor } from '../state/menus.ts'
import { addLine } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import type { Follower, Menu } from '../types.ts'
import { sendEvent, sendMessage } from './act.ts'
import type { PhoneAnswer } from './act.ts'
import { getFollower } from './people.ts'

function buttonAt(menu: Menu | undefined, path: unknown): Body {
  let found: unknown = menu === undefined ? undefined : { sub_button: menu.button }
  for (const at of Array.isArray(path) ? path : [path]) {
    const below: unknown = isBody(found) ? found['sub_button'] : undefined
    found = Array.isArray(below) && typeof at === 'number' ? below[at] : undefined
  }
  if (!isBody(found)) {
    throw failWith(404, 'not_found', 'no such button: give the way to it, like [0] or [1, 2]')
  }
  return found
}

type Tap = { store: Store; follower: Follower; menu: Menu; button: Body; body: Body }
type Answers = { answers: PhoneAnswer[] }

const event = async ({ store, follower }: Tap, fields: Body): Promise<PhoneAnswer> =>
  sendEvent(store, follower.openid, { appid: follower.appid, ...fields })
const message = async ({ store, follower }: Tap, fields: Body): Promise<PhoneAnswer> =>
  sendMessage(store, follower.openid, { appid: follower.appid, ...fields })

async function scanCode(tap: Tap): Promise<PhoneAnswer[]> {
  const scanResult = optionalText(tap.body, 'scanResult') ?? 'https://example.com/scanned'
  const scanType = optionalText(tap.body, 'scanType') ?? 'qrcode'
  return [
    await event(tap, {
      event: tap.button['type'],
      eventKey: tap.button['key'],
      scanCodeInfo: { scanType, scanResult },
    }),
  ]
}

/**
 * A tap on a menu button that sends pictures. The event tells only how many there are; the pictures
 * follow as separate messages.
 */
async function pictures(tap: Tap): Promise<PhoneAnswer[]> {
  const given = tap.body['files']
  const files: unknown[] =
    Array.isArray(given) && given.length > 0 ? given.slice(0, 9) : [undefined]
  const item = files.map((file) => ({
    picMd5Sum: createHash('md5')
      .update(JSON.stringify(file ?? 'sample'))
      .digest('hex'),
  }))
  const told = await event(tap, {
    event: tap.button['type'],
    eventKey: tap.button['key'],
    sendPicsInfo: { Count: files.length, PicList: { item } },
  })
  const sent: PhoneAnswer[] = []
  for (const file of files) {
    sent.push(await message(tap, { type: 'image', ...(file === undefined ? {} : { file }) }))
  }
  return [told, ...sent]
}

async function place(tap: Tap): Promise<PhoneAnswer[]> {
  const given = isBody(tap.body['location'])
    ? tap.body['location']
    : {
        latitude: 31.230391,
        longitude: 121.473701,
        scale: 15,
        label: '上海市人民广场',
      }
  const {
    latitude,
    longitude,
    scale = 15,
    label,
  } = given as Record<string, string | number | undefined>
  const info = {
    Location_X: String(latitude),
    Location_Y: String(longitude),
    Scale: String(scale),
    Label: label ?? '',
    Poiname: '',
  }
  return [
    await event(tap, {
      event: 'location_select',
      eventKey: tap.button['key'],
      sendLocationInfo: info,
    }),
    await message(tap, { type: 'location', location: given }),
  ]
}

/**
 * A tap on a menu button with stored material. WeChat itself sends the material to the follower,
 * and the account is not told.
 */
async function material({ store, follower, button }: Tap): Promise<PhoneAnswer[]> {
  const media = store.media.get(String(button['media_id']))
  const type = media?.type ?? 'news'
  addLine(store, follower, {
    way: 'menu',
    type,
    ...(media === undefined ? {} : { mediaId: media.mediaId }),
    content: button,
  })
  return []
}

const taps: Record<string, (tap: Tap) => Promise<PhoneAnswer[]>> = {
  click: async (tap) => [await event(tap, { event: 'CLICK', eventKey: tap.button['key'] })],
  view: async (tap) => [
    await event(tap, { event: 'VIEW', eventKey: tap.button['url'], menuId: tap.menu.menuid }),
  ],
  miniprogram: async (tap) => [
    await event(tap, {
      event: 'view_miniprogram',
      eventKey: tap.button['pagepath'],
      menuId: tap.menu.menuid,
    }),
  ],
  scancode_push: scanCode,
  scancode_waitmsg: scanCode,
  pic_sysphoto: pictures,
  pic_photo_or_album: pictures,
  pic_weixin: pictures,
  location_select: place,
  media_id: material,
  view_limited: material,
  article_id: material,
  article_view_limited: material,
}

/**
 * A follower taps a button of the menu below the conversation. What is pushed depends on the kind
 * of the button.
 */
export async function tapMenu(store: Store, openid: string, body: Body): Promise<Answers> {
  const follower = getFollower(store, textOf(body, 'appid'), openid)
  const menu = menuFor(store, follower)
  const button = buttonAt(menu, body['path'])
  const type = button['type']
  const tap = isText(type) && Object.hasOwn(taps, type) ? taps[type] : undefined
  // Nothing is pushed for a button that has a submenu, because a tap on it only opens the submenu.
  if (menu === undefined || tap === undefined) return { answers: [] }
  return { answers: await tap({ store, follower, menu, button, body }) }
}
