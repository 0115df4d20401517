import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appid, openid, openScene } from './support.ts'
import type { Json, Scene } from './support.ts'

const hour = 3600_000
const advance = (scene: Scene, advanceMs: number) => scene.call('POST', '/sim/clock', { advanceMs })
const text = (content: string): Json => ({ touser: openid, msgtype: 'text', text: { content } })

async function send(scene: Scene, token: string, body: unknown): Promise<unknown> {
  return (await scene.call('POST', `/cgi-bin/message/custom/send?access_token=${token}`, body))[
    'errcode'
  ]
}

test("in the simulator a follower's message allows five replies in 48 hours", async (t) => {
  const scene = await openScene(t)
  const token = await scene.accessToken()
  assert.equal(await send(scene, token, text('too early')), 45015)
  await scene.say('hello')
  for (const n of [1, 2, 3, 4, 5]) assert.equal(await send(scene, token, text(`reply ${n}`)), 0)
  assert.equal(await send(scene, token, text('sixth')), 45047)
  assert.deepEqual(
    (await scene.inbox()).map((item) => item['text']),
    [1, 2, 3, 4, 5].map((n) => `reply ${n}`),
  )
  await scene.say('again')
  await advance(scene, 48 * hour)
  assert.equal(await send(scene, await scene.accessToken(), text('too late')), 45015)
})

test('in the simulator a menu tap allows three replies for a minute, and unfollowing closes the window', async (t) => {
  const scene = await openScene(t)
  const token = await scene.accessToken()
  const happen = (event: string) =>
    scene.call('POST', `/sim/followers/${openid}/event`, { appid, event, eventKey: 'k' })
  await happen('CLICK')
  for (const n of [1, 2, 3]) assert.equal(await send(scene, token, text(`reply ${n}`)), 0)
  assert.equal(await send(scene, token, text('fourth')), 45047)
  await advance(scene, 60_000)
  assert.equal(await send(scene, token, text('late')), 45015)
  await scene.say('hello')
  await happen('unsubscribe')
  assert.equal(await send(scene, token, text('gone')), 45015)
})

test("the simulator answers a message that cannot be sent with WeChat's error code", async (t) => {
  const scene = await openScene(t)
  const token = await scene.accessToken()
  await scene.say('hello')
  for (const [body, errcode] of [
    [text(''), 44004],
    [text('界'.repeat(683)), 45002],
    [{ ...text('x'), touser: 'oNobody' }, 40003],
    ['{"touser":', 47001],
    [{ ...text('x'), msgtype: 'hologram' }, 40008],
    [{ touser: openid, msgtype: 'news', news: { articles: {} } }, 45162],
    [{ touser: openid, msgtype: 'image', image: {} }, 41006],
  ] as const) {
    assert.equal(await send(scene, token, body), errcode)
  }
  assert.equal(
    (await scene.call('GET', `/cgi-bin/message/custom/send?access_token=${token}`))['errcode'],
    43002,
  )
  assert.equal(await send(scene, token, text('界'.repeat(682))), 0)
})

test('in the simulator a token becomes invalid by age, by a newer token and by a forced renewal', async (t) => {
  const scene = await openScene(t)
  const ask = async (query: string) =>
    (await scene.call('GET', `/cgi-bin/token?${query}`))['errcode']
  assert.equal(await ask(`grant_type=client_credential&appid=wxnobody&secret=x`), 40013)
  assert.equal(await ask(`grant_type=client_credential&appid=${appid}&secret=x`), 40125)
  assert.equal(await send(scene, '', text('x')), 41001)
  assert.equal(await send(scene, 'made-up', text('x')), 40014)
  const old = await scene.accessToken()
  const young = await scene.accessToken()
  assert.equal(await send(scene, old, text('x')), 45015)
  await advance(scene, 300_000)
  assert.equal(await send(scene, old, text('x')), 40001)
  await advance(scene, 2 * hour)
  assert.equal(await send(scene, young, text('x')), 42001)
  const stable = async (force = false) =>
    String(
      (
        await scene.call('POST', '/cgi-bin/stable_token', {
          grant_type: 'client_credential',
          appid,
          secret: 'made-up-secret',
          force_refresh: force,
        })
      )['access_token'],
    )
  const first = await stable()
  assert.equal(await stable(), first)
  await advance(scene, 31_000)
  assert.notEqual(await stable(true), first)
  assert.equal(await send(scene, first, text('x')), 40001)
})

test('a fault ordered in the simulator occurs as often as asked, for its path and account only', async (t) => {
  const scene = await openScene(t)
  const token = await scene.accessToken()
  await scene.say('hello')
  const fault = (body: Json) =>
    scene.call('POST', '/sim/faults', { path: '/cgi-bin/message/custom/send', ...body })
  await fault({ kind: 'errcode', errcode: -1, appid: 'wxother' })
  await fault({ kind: 'errcode', errcode: -1, next: 2 })
  assert.ok((await scene.accessToken()).length > 20)
  assert.deepEqual(
    [
      await send(scene, token, text('a')),
      await send(scene, token, text('b')),
      await send(scene, token, text('c')),
    ],
    [-1, -1, 0],
  )
  await scene.call('DELETE', '/sim/faults')
  await fault({ kind: 'quota' })
  assert.equal(await send(scene, token, text('d')), 45009)
  await fault({ kind: 'html' })
  await assert.rejects(send(scene, token, text('e')), /JSON/)
  await fault({ kind: 'refuse' })
  await assert.rejects(send(scene, token, text('f')))
  await fault({ kind: 'expireToken' })
  assert.equal(await send(scene, token, text('g')), 42001)
  const fresh = await scene.accessToken()
  await fault({ kind: 'slow', delayMs: 30 })
  assert.equal(await send(scene, fresh, text('h')), 0)
  await fault({ kind: 'closeWindow' })
  assert.equal(await send(scene, fresh, text('i')), 45015)
  assert.deepEqual(
    (await scene.inbox()).map((item) => item['text']),
    ['c', 'h'],
  )
})

test('a fault in the simulator may occur only at every third call', async (t) => {
  const scene = await openScene(t)
  const token = await scene.accessToken()
  await scene.say('hello')
  await scene.call('POST', '/sim/faults', {
    kind: 'errcode',
    errcode: -1,
    every: 3,
    next: 0,
    path: '/cgi-bin/message/custom/send',
  })
  const codes = []
  for (const n of [1, 2, 3, 4, 5, 6]) codes.push(await send(scene, token, text(String(n))))
  assert.deepEqual(codes, [0, 0, -1, 0, 0, -1])
})

test("the simulator's ledger contains a message whose answer was lost", async (t) => {
  const scene = await openScene(t)
  const token = await scene.accessToken()
  await scene.say('hello')
  for (const kind of ['reset', 'half']) {
    await scene.call('POST', '/sim/faults', { kind })
    await assert.rejects(send(scene, token, text(kind)))
  }
  await scene.call('POST', '/sim/faults', { kind: 'silent' })
  await assert.rejects(
    fetch(`${scene.url}/cgi-bin/message/custom/send?access_token=${token}`, {
      method: 'POST',
      body: JSON.stringify(text('silent')),
      signal: AbortSignal.timeout(200),
    }),
  )
  assert.deepEqual(
    (await scene.inbox()).map((item) => item['text']),
    ['reset', 'half', 'silent'],
  )
  const sends = (await scene.ledger()).filter(
    (item) => item['path'] === '/cgi-bin/message/custom/send',
  )
  assert.deepEqual(
    sends.map((item) => [item['fault'], item['delivered']]),
    [
      ['reset', true],
      ['half', true],
      ['silent', true],
    ],
  )
  assert.doesNotMatch(JSON.stringify(await scene.ledger()), new RegExp(`made-up-secret|${token}`))
})
