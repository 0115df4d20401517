import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sample } from 'wechat-simulator'
import { readParts } from '#simulator/wire/multipart'
import { secondsOfVoice } from '#simulator/wire/sniff'
import { openApi, openid, openScene, originalId } from './support.ts'
import type { Json } from './support.ts'

const day = 24 * 3600_000
const up = (type: string) => `/cgi-bin/media/upload?type=${type}`
const mp3 = Buffer.concat([Buffer.from('fffb9000', 'hex'), Buffer.alloc(2_000_000)])

test('in the simulator an uploaded file can be downloaded unchanged for three days', async (t) => {
  const scene = await openScene(t)
  const api = await openApi(scene)
  const bytes = sample('cat.jpg')
  const answer = await api.upload(up('image'), bytes, '猫.jpg')
  assert.deepEqual(
    [answer['type'], typeof answer['media_id'], typeof answer['created_at']],
    ['image', 'string', 'number'],
  )
  const get = () => api.raw(`/cgi-bin/media/get?media_id=${String(answer['media_id'])}`)
  const fetched = await get()
  assert.match(
    fetched.headers.get('content-disposition') ?? '',
    /^attachment; filename="[\w-]+\.jpg"$/,
  )
  assert.deepEqual(Buffer.from(await fetched.arrayBuffer()), bytes)
  await scene.advance(3 * day)
  assert.equal(
    (await api.ask(`/cgi-bin/media/get?media_id=${String(answer['media_id'])}`))['errcode'],
    40007,
  )
})

test('the simulator answers a video with an address, and a thumb with an id under a different name', async (t) => {
  const scene = await openScene(t)
  const api = await openApi(scene)
  const video = await api.upload(up('video'), sample('video.mp4'))
  const { video_url: address } = await api.ask(
    `/cgi-bin/media/get?media_id=${String(video['media_id'])}`,
  )
  assert.deepEqual(
    Buffer.from(await (await fetch(String(address))).arrayBuffer()),
    sample('video.mp4'),
  )
  const thumb = await api.upload(up('thumb'), sample('thumb.jpg'))
  assert.equal(typeof thumb['thumb_media_id'], 'string')
  assert.equal('media_id' in thumb, false)
})

for (const [what, type, bytes, errcode] of [
  ['an unknown type', 'hologram', sample('cat.jpg'), 40004],
  ['a text that says it is a picture', 'image', Buffer.from('{"errcode":40007}'), 40137],
  ['an empty file', 'image', Buffer.alloc(0), 44001],
  [
    'a picture over 10 MB',
    'image',
    Buffer.concat([sample('cat.jpg'), Buffer.alloc(10_485_760)]),
    40009,
  ],
  [
    'a voice over 2 MB',
    'voice',
    Buffer.concat([sample('voice.amr'), Buffer.alloc(2_097_152)]),
    40010,
  ],
  ['a voice of two minutes', 'voice', mp3, 45007],
  [
    'a video over 10 MB',
    'video',
    Buffer.concat([sample('video.mp4'), Buffer.alloc(10_485_760)]),
    40011,
  ],
  ['a picture as voice', 'voice', sample('cat.jpg'), 40005],
  [
    'a thumb over 64 KB',
    'thumb',
    Buffer.concat([sample('thumb.jpg'), Buffer.alloc(65_536)]),
    40012,
  ],
] as const) {
  test(`the simulator refuses ${what} with ${errcode}`, async (t) => {
    const scene = await openScene(t)
    const api = await openApi(scene)
    assert.equal((await api.upload(up(type), bytes))['errcode'], errcode)
    assert.equal((await api.ask(up('image'), {}))['errcode'], 41005)
  })
}

test('in the simulator a media id can be used only by its own account and as its own type', async (t) => {
  const scene = await openScene(t)
  const api = await openApi(scene)
  await scene.say('hello')
  const { media_id: voice } = await api.upload(up('voice'), sample('voice.amr'))
  assert.equal(await api.send('image', { media_id: voice }), 40121)
  assert.equal(await api.send('voice', { media_id: voice }), 0)
  assert.equal(await api.send('voice', { media_id: 'made-up' }), 40007)
  const other = {
    appid: 'wxother',
    appSecret: 's',
    token: 't',
    mode: 'plain',
    originalId: 'gh_other',
    callbackUrl: 'http://127.0.0.1:1/',
  }
  await scene.call('POST', '/sim/accounts', other)
  await scene.call('POST', '/sim/followers', { appid: 'wxother', openid })
  await scene.call('POST', `/sim/followers/${openid}/event`, { appid: 'wxother', event: 'CLICK' })
  const { access_token: theirs } = await scene.call(
    'GET',
    '/cgi-bin/token?grant_type=client_credential&appid=wxother&secret=s',
  )
  const answer = await scene.call(
    'POST',
    `/cgi-bin/message/custom/send?access_token=${String(theirs)}`,
    {
      touser: openid,
      msgtype: 'voice',
      voice: { media_id: voice },
    },
  )
  assert.equal(answer['errcode'], 40007)
})

test('in the simulator a reply with a file needs a media id that is still valid, and the phone then shows the file', async (t) => {
  const scene = await openScene(t)
  const api = await openApi(scene)
  const ids = {
    image: (await api.upload(up('image'), sample('cat.jpg')))['media_id'],
    voice: (await api.upload(up('voice'), sample('voice.amr')))['media_id'],
    video: (await api.upload(up('video'), sample('video.mp4')))['media_id'],
    music: (await api.upload(up('thumb'), sample('thumb.jpg')))['thumb_media_id'],
  }
  const part = (type: string, id: unknown): string =>
    ({
      image: `<Image><MediaId>${String(id)}</MediaId></Image>`,
      voice: `<Voice><MediaId>${String(id)}</MediaId></Voice>`,
      video: `<Video><MediaId>${String(id)}</MediaId><Title>t</Title></Video>`,
      music: `<Music><Title>t</Title><MusicUrl>http://x/</MusicUrl><ThumbMediaId>${String(id)}</ThumbMediaId></Music>`,
    })[type] ?? ''
  const reply = (type: string, id: unknown): string =>
    `<xml><ToUserName>${openid}</ToUserName><FromUserName>${originalId}</FromUserName>` +
    `<CreateTime>1</CreateTime><MsgType>${type}</MsgType>${part(type, id)}</xml>`
  for (const [type, id] of Object.entries(ids)) {
    scene.answerWith((_pushed, response) => {
      response.end(reply(type, id))
    })
    const [shown] = (await scene.say('x'))['shown'] as Json[]
    assert.deepEqual([shown?.['type'], shown?.['mediaId']], [type, id])
    scene.answerWith((_pushed, response) => {
      response.end(reply(type, 'made-up'))
    })
    assert.equal(((await scene.say('x'))['shown'] as Json[])[0]?.['type'], 'failure')
  }
})

test('the simulator reads the parts of a form exactly as they were written, whatever they contain', () => {
  const tricky = Buffer.from('a\r\n--b\r\n\r\nc')
  const body = Buffer.concat([
    Buffer.from(
      '--bound\r\nContent-Disposition: form-data; name="media"; filename="x.jpg"; filelength=9\r\nContent-Type: image/jpeg\r\n\r\n',
    ),
    tricky,
    Buffer.from(
      '\r\n--bound\r\nContent-Disposition: form-data; name="description"\r\n\r\n{"title":"t"}\r\n--bound--\r\n',
    ),
  ])
  const parts = readParts('multipart/form-data; boundary=bound', body)
  assert.deepEqual(
    parts?.map((one) => [one.name, one.filename, one.contentType, one.bytes.toString()]),
    [
      ['media', 'x.jpg', 'image/jpeg', tricky.toString()],
      ['description', null, '', '{"title":"t"}'],
    ],
  )
  assert.equal(readParts('application/json', body), null)
  assert.equal(Math.round(secondsOfVoice(sample('voice.amr'))), 3)
  assert.equal(Math.round(secondsOfVoice(sample('voice16k.amr'))), 3)
})
