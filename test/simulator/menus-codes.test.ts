import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import decodeQR from 'qr/decode.js'
import { readPush } from '#simulator/wire/pushed'
import { appid, openApi, openid, openScene } from './support.ts'
import type { Ending, Json } from './support.ts'

const menu = {
  button: [
    { type: 'click', name: '人工客服', key: 'HUMAN' },
    {
      name: '更多',
      sub_button: [
        { type: 'view', name: '帮助', url: 'https://example.com/help' },
        { type: 'scancode_waitmsg', name: '扫码', key: 'scan' },
        { type: 'pic_sysphoto', name: '拍照', key: 'photo' },
        { type: 'location_select', name: '位置', key: 'place' },
        {
          type: 'miniprogram',
          name: '商城',
          url: 'https://example.com',
          appid: 'wx1',
          pagepath: 'pages/index',
        },
      ],
    },
  ],
}

async function open(t: Ending) {
  const scene = await openScene(t)
  const api = await openApi(scene)
  const code = async (path: string, body?: unknown) => (await api.ask(path, body))['errcode']
  const tap = async (path: number[], more: Json = {}) =>
    (await scene.call('POST', `/sim/followers/${openid}/tap`, { appid, path, ...more }))[
      'answers'
    ] as Json[]
  const told = () =>
    scene.pushes.splice(0).map((one) => {
      const { Event: event, MsgType: type } = readPush(one.body).fields
      return event ?? type
    })
  return { scene, api, code, tap, told }
}

test('in the simulator a tap on a menu button pushes the event that WeChat pushes for a button of its type', async (t) => {
  const { scene, code, tap, told } = await open(t)
  assert.equal(await code('/cgi-bin/menu/get'), 46003)
  assert.equal(await code('/cgi-bin/menu/create', menu), 0)
  await tap([0])
  assert.equal(scene.pushed()['EventKey'], 'HUMAN')
  assert.deepEqual(await tap([1]), [])
  assert.deepEqual(told(), ['CLICK'])
  await tap([1, 0])
  assert.deepEqual(
    [scene.pushed()['EventKey'], typeof scene.pushed()['MenuId']],
    ['https://example.com/help', 'string'],
  )
  await tap([1, 1], { scanResult: 'EAN_13,6901', scanType: 'barcode' })
  assert.deepEqual(scene.pushed()['ScanCodeInfo'], {
    ScanType: 'barcode',
    ScanResult: 'EAN_13,6901',
  })
  await tap([1, 2])
  await tap([1, 3])
  await tap([1, 4])
  assert.deepEqual(told(), [
    'VIEW',
    'scancode_waitmsg',
    'pic_sysphoto',
    'image',
    'location_select',
    'location',
    'view_miniprogram',
  ])
})

for (const [what, button, errcode] of [
  ['four buttons', Array(4).fill(menu.button[0]), 40016],
  ['no button', [], 40016],
  ['a name too long', [{ type: 'click', name: '六个汉字太长', key: 'k' }], 40018],
  ['an unknown type', [{ type: 'fly', name: 'x' }], 40017],
  ['no key', [{ type: 'click', name: 'x' }], 40019],
  ['a key too long', [{ type: 'click', name: 'x', key: 'k'.repeat(129) }], 40019],
  ['an address too long', [{ type: 'view', name: 'x', url: 'u'.repeat(1025) }], 40020],
  ['six buttons below', [{ name: 'x', sub_button: Array(6).fill(menu.button[0]) }], 40023],
  ['a text as button', ['x'], 47001],
] as const) {
  test(`the simulator refuses a menu with ${what} with ${errcode}`, async (t) => {
    const { code } = await open(t)
    assert.equal(await code('/cgi-bin/menu/create', { button }), errcode)
    assert.equal(await code('/cgi-bin/menu/get'), 46003)
  })
}

test('the simulator shows a conditional menu only to the followers it is meant for', async (t) => {
  const { scene, api, code } = await open(t)
  const special = { button: [{ type: 'click', name: 'VIP', key: 'vip' }] }
  assert.equal(
    await code('/cgi-bin/menu/addconditional', { ...special, matchrule: { tag_id: '100' } }),
    65303,
  )
  await code('/cgi-bin/menu/create', menu)
  const { menuid } = await api.ask('/cgi-bin/menu/addconditional', {
    ...special,
    matchrule: { tag_id: '100' },
  })
  const first = async () =>
    ((await api.ask('/cgi-bin/menu/trymatch', { user_id: openid }))['button'] as Json[])[0]?.[
      'name'
    ]
  assert.equal(await first(), '人工客服')
  await api.ask('/cgi-bin/tags/create', { tag: { name: 'vip' } })
  await api.ask('/cgi-bin/tags/members/batchtagging', { openid_list: [openid], tagid: 100 })
  assert.equal(await first(), 'VIP')
  assert.equal(
    (
      (await scene.call('GET', `/sim/followers/${openid}/menu?appid=${appid}`))['button'] as Json[]
    )[0]?.['name'],
    'VIP',
  )
  assert.equal(((await api.ask('/cgi-bin/menu/get'))['conditionalmenu'] as Json[]).length, 1)
  const self = (await api.ask('/cgi-bin/get_current_selfmenu_info'))['selfmenu_info'] as {
    button: { sub_button?: { list: unknown[] } }[]
  }
  assert.equal(self.button[1]?.sub_button?.list.length, 5)
  assert.equal(await code('/cgi-bin/menu/delconditional', { menuid }), 0)
  assert.equal(await first(), '人工客服')
  assert.equal(await code('/cgi-bin/menu/delete'), 0)
  assert.equal(await code('/cgi-bin/menu/get'), 46003)
})

test('in the simulator a QR code is scanned by followers and followed by others, until it expires', async (t) => {
  const { scene, api } = await open(t)
  const create = (body: Json) => api.ask('/cgi-bin/qrcode/create', body)
  const made = await create({
    expire_seconds: 604_800,
    action_name: 'QR_STR_SCENE',
    action_info: { scene: { scene_str: 'store_007' } },
  })
  const scan = () =>
    scene.call('POST', `/sim/followers/${openid}/scan`, { appid, ticket: made['ticket'] })
  await scan()
  assert.deepEqual(
    [scene.pushed()['Event'], scene.pushed()['EventKey'], scene.pushed()['Ticket']],
    ['SCAN', 'store_007', made['ticket']],
  )
  await scene.happen('unsubscribe')
  await scan()
  assert.deepEqual(
    [scene.pushed()['Event'], scene.pushed()['EventKey']],
    ['subscribe', 'qrscene_store_007'],
  )
  const info = await api.ask(`/cgi-bin/user/info?openid=${openid}`)
  assert.deepEqual(
    [info['subscribe_scene'], info['qr_scene_str']],
    ['ADD_SCENE_QR_CODE', 'store_007'],
  )
  const picture = await fetch(
    `${scene.url}/cgi-bin/showqrcode?ticket=${encodeURIComponent(String(made['ticket']))}`,
  )
  const bytes = Buffer.from(await picture.arrayBuffer())
  assert.deepEqual(
    [picture.headers.get('content-type'), bytes.subarray(1, 4).toString()],
    ['image/png', 'PNG'],
  )
  assert.equal(decodeQR(pixelsOf(bytes)), made['url'], 'a phone reads in it what the API answered')
  await scene.advance(604_800_000)
  assert.equal(((await scan()) as { error?: { code: string } }).error?.code, 'code_expired')
  const lasting = { action_name: 'QR_LIMIT_SCENE', action_info: { scene: { scene_id: 5 } } }
  assert.equal((await create(lasting))['ticket'], (await create(lasting))['ticket'])
  for (const [body, errcode] of [
    [{ action_name: 'QR_FLY', action_info: { scene: { scene_id: 1 } } }, 40052],
    [{ action_name: 'QR_SCENE', action_info: { scene: { scene_id: 0 } } }, 40053],
    [{ action_name: 'QR_LIMIT_SCENE', action_info: { scene: { scene_id: 100_001 } } }, 40053],
    [{ action_name: 'QR_STR_SCENE', action_info: {} }, 40053],
    [
      {
        action_name: 'QR_STR_SCENE',
        expire_seconds: 2_592_001,
        action_info: { scene: { scene_str: 'x' } },
      },
      40035,
    ],
  ] as [Json, number][]) {
    assert.equal((await create(body))['errcode'], errcode)
  }
})

/**
 * Reads the pixels of a PNG as the simulator writes it: one byte per pixel, unfiltered lines, a
 * single chunk of data.
 */
function pixelsOf(png: Buffer) {
  const width = png.readUInt32BE(16)
  const at = png.indexOf('IDAT')
  const lines = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  const data = new Uint8Array(width * width * 4).fill(255)
  for (let n = 0; n < width * width; n++) {
    const [x, y] = [n % width, Math.floor(n / width)]
    data.fill(lines[y * (width + 1) + 1 + x] ?? 0, n * 4, n * 4 + 3)
  }
  return { width, height: width, data }
}
