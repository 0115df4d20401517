import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventNames } from 'wechat-simulator'
import { seal, sign, unseal } from '#simulator/wire/crypto'
import { childText, readXml } from '#simulator/wire/xml'
import {
  appid,
  key,
  openid,
  openScene,
  originalId,
  textReply,
  token,
  writeSealed,
} from './support.ts'
import type { Json } from './support.ts'

const messages: [type: string, given: Json, elements: string[]][] = [
  ['text', { text: '/::) [旺柴] 😀 <b>' }, ['Content']],
  ['image', {}, ['PicUrl', 'MediaId']],
  ['voice', {}, ['MediaId', 'Format', 'MediaId16K']],
  ['video', {}, ['MediaId', 'ThumbMediaId']],
  ['shortvideo', {}, ['MediaId', 'ThumbMediaId']],
  [
    'location',
    { location: { latitude: 23.134521, longitude: 113.358803, scale: 20, label: '某路' } },
    ['Location_X', 'Location_Y', 'Scale', 'Label'],
  ],
  [
    'link',
    { link: { title: 't', description: 'd', url: 'https://example.com/?a=1&b=2' } },
    ['Title', 'Description', 'Url'],
  ],
  [
    'file',
    { file: { name: '报价单.xlsx', base64: 'AAAA' } },
    ['Title', 'Description', 'FileKey', 'FileMd5', 'FileTotalLen'],
  ],
  ['miniprogrampage', {}, ['Title', 'AppId', 'PagePath', 'ThumbUrl', 'ThumbMediaId']],
  ['hologram', { foo: 'bar' }, ['Foo']],
]

for (const [type, given, elements] of messages) {
  test(`a ${type} from a simulated follower has every element that WeChat pushes, and all three attempts have the same id`, async (t) => {
    const scene = await openScene(t)
    scene.answerWith((_pushed, response) => {
      response.writeHead(500).end()
    })
    const answer = await scene.send(type, given)
    const fields = scene.pushed()
    assert.deepEqual(
      [fields['ToUserName'], fields['FromUserName'], fields['MsgType'], fields['MsgId']],
      [originalId, openid, type, answer['msgId']],
    )
    for (const name of elements) assert.ok(name in fields, name)
    assert.equal(answer['attempts'], 3)
    assert.equal(new Set(scene.pushes.map((one) => one.body)).size, 1)
  })
}

test('the simulator can push every event by its name alone, and its fields can be given', async (t) => {
  const scene = await openScene(t)
  assert.ok(eventNames.length >= 34)
  for (const name of eventNames.filter((one) => one !== 'unsubscribe')) {
    assert.equal((await scene.happen(name))['status'], 200, name)
    assert.equal(scene.pushed()['Event'], name)
    assert.equal('MsgId' in scene.pushed(), false)
  }
  await scene.happen('LOCATION', { latitude: '1.5', longitude: '2.5', precision: '3.0' })
  assert.deepEqual([scene.pushed()['Latitude'], scene.pushed()['Longitude']], ['1.5', '2.5'])
  await scene.happen('kf_switch_session', { fromKfAccount: 'a@x', toKfAccount: 'b@x' })
  assert.deepEqual([scene.pushed()['FromKfAccount'], scene.pushed()['ToKfAccount']], ['a@x', 'b@x'])
  await scene.happen('TEMPLATESENDJOBFINISH', {
    msgID: '9007199254740993',
    status: 'failed:user block',
  })
  assert.match(
    scene.pushes.at(-1)?.body ?? '',
    /<MsgID>9007199254740993<\/MsgID>\n<Status><!\[CDATA\[failed:user block\]\]>/,
  )
  await scene.happen('user_info_modified')
  assert.equal(scene.pushed()['OpenID'], openid)
})

test('in the simulator an account downloads the file that a follower sent, and an invented media id is pushed unchanged', async (t) => {
  const scene = await openScene(t)
  const token = await scene.accessToken()
  const get = (id: unknown) =>
    fetch(`${scene.url}/cgi-bin/media/get?access_token=${token}&media_id=${String(id)}`)
  const bytes = Buffer.from('89504e470d0a1a0a00112233', 'hex')
  const base64 = bytes.toString('base64')
  const data = `data:image/png;base64,${base64}`
  for (const file of [base64, data, { base64, name: 'a.png' }, { data, name: 'a.png' }]) {
    await scene.send('image', { file })
    const answer = await get(scene.pushed()['MediaId'])
    assert.equal(answer.headers.get('content-type'), 'image/png')
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes)
  }
  const picture = await fetch(String(scene.pushed()['PicUrl']))
  assert.deepEqual(Buffer.from(await picture.arrayBuffer()), bytes)
  await scene.send('image', { mediaId: 'made-up' })
  assert.equal(scene.pushed()['MediaId'], 'made-up')
  const missing = await get('made-up')
  assert.deepEqual(
    [
      missing.status,
      missing.headers.get('content-type'),
      ((await missing.json()) as Json)['errcode'],
    ],
    [200, 'text/plain', 40007],
  )
})

test('the simulator can tamper with a push (signature, appid, key, half a body, an old time), and refuses an unknown way to do so', async (t) => {
  const scene = await openScene(t, { mode: 'safe' })
  const spoil = async (tamper: string | null) => {
    await scene.say('x', tamper === null ? {} : { tamper })
    const { query, body } = scene.pushes.at(-1) ?? assert.fail()
    const sealed = childText(readXml(body), 'Encrypt') ?? ''
    const stamp = query.get('timestamp') ?? ''
    const isSigned =
      sign(token, stamp, query.get('nonce') ?? '', sealed) === query.get('msg_signature')
    return {
      isSigned,
      stamp: Number(stamp),
      open: () => unseal(sealed, { encodingAesKey: key, appid }),
    }
  }
  const good = await spoil(null)
  assert.ok(good.isSigned && good.open().includes('x'))
  assert.equal((await spoil('signature')).isSigned, false)
  assert.throws((await spoil('appid')).open, /another appid/)
  assert.throws((await spoil('key')).open)
  assert.ok((await spoil('clock')).stamp <= good.stamp - 3500)
  await assert.rejects(spoil('half'), /not well-formed|not closed/)
  assert.equal(
    ((await scene.say('x', { tamper: 'nonsense' })) as { error?: { code: string } }).error?.code,
    'invalid_input',
  )
})

test('after a key change the simulator may still push with the old key, and accepts a reply with either', async (t) => {
  const scene = await openScene(t, { mode: 'safe' })
  const newKey = 'Zz9Yy8Xx7Ww6Vv5Uu4Tt3Ss2Rr1Qq0PpOoNnMmLlKk7'
  await scene.change({ encodingAesKey: newKey })
  for (const [tamper, encodingAesKey] of [
    ['previousKey', key],
    [undefined, newKey],
  ] as const) {
    scene.answerWith((pushed, response) => {
      assert.match(
        unseal(childText(readXml(pushed.body), 'Encrypt') ?? '', { encodingAesKey, appid }),
        /hello/,
      )
      const reply = seal(textReply('read'), { encodingAesKey, appid })
      response.end(writeSealed(reply))
    })
    assert.deepEqual((await scene.say('hello', tamper === undefined ? {} : { tamper }))['shown'], [
      { way: 'passive', type: 'text', text: 'read' },
    ])
  }
})

test('the simulator can push any text unchanged as XML or JSON, and shows only one answer to texts with the same MsgId', async (t) => {
  const scene = await openScene(t)
  await scene.send('text', { xml: '<xml><!DOCTYPE x></xml>' })
  assert.equal(scene.pushes.at(-1)?.body, '<xml><!DOCTYPE x></xml>')
  assert.equal(scene.pushes.at(-1)?.contentType, 'text/xml')
  await scene.send('text', { xml: '{"x":' })
  assert.equal(scene.pushes.at(-1)?.body, '{"x":')
  assert.equal(scene.pushes.at(-1)?.contentType, 'application/json')
  scene.answerWith((_pushed, response) => {
    response.end(textReply('once'))
  })
  const xml =
    `<xml><ToUserName>${originalId}</ToUserName><FromUserName>${openid}</FromUserName>` +
    '<CreateTime>1760000000</CreateTime><MsgType>text</MsgType><Content>007</Content><MsgId>6526133992738756795</MsgId></xml>'
  const [first, second] = [await scene.send('text', { xml }), await scene.send('text', { xml })]
  assert.deepEqual([(first['shown'] as Json[]).length, (second['shown'] as Json[]).length], [1, 0])
})

test('after several failures in a row the simulator pushes nothing for a minute, and the follower sees a grey line', async (t) => {
  const scene = await openScene(t)
  await scene.change({ markFail: 2 })
  scene.answerWith((_pushed, response) => {
    response.writeHead(500).end()
  })
  await scene.say('one')
  await scene.say('two')
  assert.equal(scene.pushes.length, 6)
  scene.answerWith((_pushed, response) => {
    response.end('success')
  })
  const lost = await scene.say('three')
  assert.deepEqual(
    [lost['attempts'], (lost['shown'] as Json[])[0]?.['type'], scene.pushes.length],
    [0, 'failure', 6],
  )
  await scene.advance(60_000)
  assert.equal((await scene.say('four'))['attempts'], 1)
})

test('the simulator checks a server address as WeChat does when it is saved, and requires the exact echo', async (t) => {
  const scene = await openScene(t)
  const verify = () => scene.call('POST', '/sim/accounts/wx1234567890abcdef/verify')
  scene.answerWith((pushed, response) => {
    response.end(pushed.query.get('echostr'))
  })
  assert.equal((await verify())['ok'], true)
  scene.answerWith((pushed, response) => {
    response.end(`${pushed.query.get('echostr') ?? ''}\n`)
  })
  assert.equal((await verify())['ok'], false)
})
