import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { openSimulator } from 'wechat-simulator'
import { seal, sign, unseal } from '#simulator/wire/crypto'
import { childText, readXml } from '#simulator/wire/xml'
import {
  appid,
  folder,
  key,
  openid,
  openScene,
  originalId,
  textReply,
  token,
  writeSealed,
} from './support.ts'

test('the simulator encrypts and signs a known example to the same bytes, and another account cannot decrypt it', () => {
  const text =
    '<xml><ToUserName><![CDATA[gh_1a2b3c4d5e6f]]></ToUserName>\n<FromUserName><![CDATA[oMadeUpOpenid0000000000000A1]]></FromUserName>\n' +
    '<CreateTime>1760000000</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[hello, is anyone there?]]></Content>\n' +
    '<MsgId>24681357902468135</MsgId>\n</xml>'
  const sealed = seal(text, { encodingAesKey: key, appid, random: Buffer.from('0123456789abcdef') })
  assert.equal(
    sign(token, '1760000000', '1234567890', sealed),
    '45a6a71da8e7452f33c5c99d135d14c9873c4f5e',
  )
  assert.equal(sign(token, '1760000000', '1234567890'), 'd6281bb66c4632d5439a2384155ea1e14bc26511')
  assert.equal(unseal(sealed, { encodingAesKey: key, appid }), text)
  assert.throws(() => unseal(sealed, { encodingAesKey: key, appid: 'wxother' }), /another appid/)
})

test('the simulator signs a plain push and gives it an increasing id above 2^53', async (t) => {
  const scene = await openScene(t)
  const [first, second] = [await scene.say('你好 ]]> <b>'), await scene.say('again')]
  const [push] = scene.pushes
  assert.ok(push)
  assert.equal(
    push.query.get('signature'),
    sign(token, push.query.get('timestamp') ?? '', push.query.get('nonce') ?? ''),
  )
  assert.equal(push.query.get('openid'), openid)
  const root = readXml(push.body)
  assert.equal(childText(root, 'Content'), '你好 ]]> <b>')
  assert.match(push.body, new RegExp(`<MsgId>${String(first['msgId'])}</MsgId>`))
  assert.ok(
    BigInt(String(first['msgId'])) > 2n ** 53n &&
      BigInt(String(second['msgId'])) > BigInt(String(first['msgId'])),
  )
  assert.deepEqual(
    [first['attempts'], first['status'], first['reply'], first['shown']],
    [1, 200, 'success', []],
  )
})

for (const mode of ['compatible', 'safe'] as const) {
  test(`in ${mode} mode the simulator encrypts the push, and shows an encrypted reply on the phone`, async (t) => {
    const scene = await openScene(t, { mode })
    scene.answerWith((pushed, response) => {
      const sealed = childText(readXml(pushed.body), 'Encrypt') ?? ''
      assert.equal(
        pushed.query.get('msg_signature'),
        sign(token, pushed.query.get('timestamp') ?? '', pushed.query.get('nonce') ?? '', sealed),
      )
      assert.match(unseal(sealed, { encodingAesKey: key, appid }), /在吗/)
      assert.equal(pushed.body.includes('在吗'), mode === 'compatible')
      response.end(writeSealed(seal(textReply('在的'), { encodingAesKey: key, appid })))
    })
    const answer = await scene.say('在吗')
    assert.deepEqual(answer['shown'], [{ way: 'passive', type: 'text', text: '在的' }])
    assert.equal(answer['reply'], textReply('在的'))
  })
}

test('in safe mode the simulator treats an unencrypted reply as a failure', async (t) => {
  const scene = await openScene(t, { mode: 'safe' })
  scene.answerWith((_pushed, response) => {
    response.end(textReply('open'))
  })
  assert.equal(((await scene.say('x'))['shown'] as { type: string }[])[0]?.type, 'failure')
})

test('the simulator shows a failure line after three attempts without an answer in time, with the same id and new nonces', async (t) => {
  const scene = await openScene(t, { deadlineMs: 300 })
  scene.answerWith(() => undefined)
  const answer = await scene.say('hello')
  assert.equal(answer['attempts'], 3)
  assert.equal(answer['status'], null)
  assert.deepEqual(answer['shown'], [
    { way: 'passive', type: 'failure', text: '该公众号暂时无法提供服务，请稍后再试' },
  ])
  assert.equal(new Set(scene.pushes.map((push) => push.body)).size, 1)
  assert.equal(new Set(scene.pushes.map((push) => push.query.get('nonce'))).size, 3)
  assert.equal((await scene.ledger()).length, 3)
})

test('if the second attempt of a push is answered, the simulator shows that reply and no failure line', async (t) => {
  const scene = await openScene(t)
  scene.answerWith((_pushed, response) => {
    if (scene.pushes.length === 1) response.writeHead(500).end()
    else response.end(textReply('late'))
  })
  const answer = await scene.say('hello')
  assert.deepEqual([answer['attempts'], answer['status']], [2, 200])
  assert.deepEqual(
    (await scene.inbox()).map((item) => [item['n'], item['way'], item['text']]),
    [[1, 'passive', 'late']],
  )
})

test('a push under the fault noRetry is not repeated by the simulator, even if the answer is not 200', async (t) => {
  const scene = await openScene(t)
  await scene.call('POST', '/sim/faults', { kind: 'noRetry' })
  scene.answerWith((_pushed, response) => {
    response.writeHead(503).end()
  })
  assert.equal((await scene.say('one'))['attempts'], 1)
  assert.equal((await scene.say('two'))['attempts'], 3)
})

for (const [name, reply] of [
  ['names that are not swapped', textReply('x').replace(openid, 'oSomebodyElse')],
  ['an empty text', textReply('')],
  ['a text over 2048 bytes', textReply('界'.repeat(683))],
  ['an unknown MsgType', textReply('x').replace('[text]', '[hologram]')],
  ['JSON', '{"ok":true}'],
  ['a DOCTYPE', `<!DOCTYPE xml>${textReply('x')}`],
  ['half an answer', textReply('x').slice(0, 60)],
] as const) {
  test(`the simulator does not show a reply with ${name}`, async (t) => {
    const scene = await openScene(t)
    scene.answerWith((_pushed, response) => {
      response.end(reply)
    })
    assert.deepEqual((await scene.inbox()).length, 0)
    assert.equal(((await scene.say('x'))['shown'] as { type: string }[])[0]?.type, 'failure')
  })
}

test('when the simulator sends several copies of a message, the phone shows only the first valid answer', async (t) => {
  const scene = await openScene(t)
  scene.answerWith((_pushed, response) => {
    response.end(textReply('hi'))
  })
  for (const parallel of [false, true]) {
    const answer = await scene.say('x', { copies: 3, parallel })
    assert.equal((answer['shown'] as unknown[]).length, 1)
    assert.equal(answer['attempts'], 3)
    assert.equal(
      ((await scene.say('x', { msgId: answer['msgId'] }))['shown'] as unknown[]).length,
      0,
    )
  }
  assert.equal((await scene.inbox()).length, 2)
})

test("the simulator's events have WeChat's names, and a follower who unsubscribed can only follow again", async (t) => {
  const scene = await openScene(t)
  const happen = (body: object) =>
    scene.call('POST', `/sim/followers/${openid}/event`, { appid, ...body })
  await happen({
    event: 'scancode_waitmsg',
    eventKey: 'k',
    scanCodeInfo: { scanType: 'qrcode', scanResult: '1' },
  })
  assert.match(
    scene.pushes[0]?.body ?? '',
    /<ScanCodeInfo><ScanType><!\[CDATA\[qrcode\]\]><\/ScanType>/,
  )
  assert.doesNotMatch(scene.pushes[0]?.body ?? '', /MsgId/)
  await happen({ event: 'unsubscribe' })
  assert.equal(
    ((await scene.say('still here?')) as { error?: { code: string } }).error?.code,
    'not_following',
  )
  await happen({ event: 'subscribe' })
  assert.equal((await scene.say('back'))['status'], 200)
})

test('accounts, followers, clock, inbox and ledger of the simulator survive a restart', async (t) => {
  const dataDir = folder()
  const scene = await openScene(t, { dataDir })
  scene.answerWith((_pushed, response) => {
    response.end(textReply('kept'))
  })
  await scene.say('x')
  await scene.call('POST', '/sim/clock', { advanceMs: 5000 })
  await scene.close()
  const again = await openSimulator({ host: '127.0.0.1', port: 0, dataDir })
  t.after(() => again.close())
  const get = async (path: string) =>
    JSON.stringify(await (await fetch(`${again.url}${path}`)).json())
  assert.match(await get('/sim/accounts'), new RegExp(originalId))
  assert.match(await get(`/sim/followers/${openid}/inbox?appid=${appid}`), /kept/)
  assert.match(await get('/sim/clock'), /"advanceMs":5000/)
  assert.match(await get('/sim/ledger'), /"n":1,"kind":"push"/)
})

test('the simulator can only be used from its own machine: no other host name, no page of another origin, no other interface', async (t) => {
  const scene = await openScene(t)
  const status = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve) => {
      request(`${scene.url}/sim/faults`, { method: 'POST', headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).end('{"kind":"slow"}')
    })
  const host = new URL(scene.url).host
  assert.equal(await status({ host }), 201)
  assert.equal(await status({ host: 'evil.example' }), 403)
  assert.equal(await status({ host, origin: 'http://evil.example' }), 403)
  assert.equal(await status({ host, origin: `http://${host}` }), 201)
  await assert.rejects(openSimulator({ host: '0.0.0.0', port: 0, dataDir: null }), /loopback/)
})
