// A file is uploaded to us once and passed on to WeChat when a line with it is sent, by a person or
// by a rule.
import assert from 'node:assert/strict'
import test from 'node:test'
import { testAccount, openHouse, password, post, signIn } from '../support/app.ts'
import { openDesk } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { amr, png } from '../support/files.ts'
import { follower } from '../support/follower.ts'

void test("pictures and voices of the vault reach the follower, each file is uploaded to WeChat once, and another company's file is not found", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('你好')
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  const image = (await agent.upload(png, 'a.png')).body
  const voice = (await agent.upload(amr, 'a.amr')).body
  const send = (clientMsgId: string, line: object) =>
    agent.call('POST', `/api/sessions/${id}/messages`, { clientMsgId, ...line })
  const arrived = async () => (await customer.inbox()).map((item) => item.type)

  assert.equal((await send('1', { type: 'image', mediaId: image.id })).status, 202)
  assert.equal((await send('2', { type: 'voice', mediaId: voice.id })).status, 202)
  const again = await send('3', { type: 'image', mediaId: image.id })
  assert.equal(again.body.message.media.url, image.url)
  await eventually(async () => {
    assert.deepEqual(await arrived(), ['image', 'voice', 'image'])
  })
  const { items } = (await (await fetch(`${house.simulator}/sim/ledger?limit=10000`)).json()) as {
    items: { path: string; request: { image?: { media_id: string } } }[]
  }
  const [first, second] = items
    .filter((call) => call.path === '/cgi-bin/message/custom/send')
    .flatMap((call) => call.request.image?.media_id ?? [])
  assert.ok(first)
  assert.equal(second, first, 'the platform was given it once')
  assert.equal(
    (await send('4', { type: 'voice', mediaId: image.id })).body.error.code,
    'invalid_input',
  )
  assert.equal((await send('5', { type: 'image', mediaId: '0'.repeat(32) })).status, 404)
  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const b = await signIn(house.url, 'boss-b')
  const mine = { ...testAccount, appid: 'wx000000000000000b', originalId: 'gh_b' }
  assert.equal(
    (
      await b.call('POST', '/api/accounts', {
        kind: 'wechat',
        binding: 'direct',
        ownLane: false,
        ...mine,
      })
    ).status,
    201,
  )
  const theirs = {
    name: 'x',
    enabled: true,
    priority: 0,
    match: { kind: 'default' },
    action: { kind: 'image', mediaId: image.id },
  }
  assert.equal((await b.call('POST', '/api/rules', theirs)).status, 404)
})

void test('a picture that WeChat refused can still be viewed by agents', async (t) => {
  const { house, agent, id, lines, arrived } = await openDesk(t)
  house.announce({ logs: ['a reply did not simply arrive'] })
  const image = (await agent.upload(png, 'a.png')).body
  await post(`${house.simulator}/sim/faults`, {
    path: '/cgi-bin/message/custom/send',
    kind: 'errcode',
    errcode: 45047,
  })
  const sent = await agent.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: '1',
    type: 'image',
    mediaId: image.id,
  })
  assert.equal(sent.status, 202)
  const seen = async () => (await lines()).find((line) => line.id === sent.body.message.id)
  await eventually(async () => {
    assert.equal((await seen()).delivery.state, 'failed')
  })
  assert.deepEqual((await seen()).media, sent.body.message.media)
  assert.deepEqual(await arrived(), [])
})

void test("a rule's answer with a picture of the vault is sent through the API, since it may have to be uploaded to WeChat first", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const image = (await house.admin.upload(png, 'menu.png')).body
  const rule = {
    name: '菜单',
    enabled: true,
    priority: 0,
    match: { kind: 'exact', keywords: ['菜单'] },
    action: { kind: 'image', mediaId: image.id },
  }
  assert.equal((await house.admin.call('POST', '/api/rules', rule)).status, 201)
  const customer = await follower(house)
  await eventually(async () => {
    await customer.says('菜单')
    assert.deepEqual(
      [...new Set((await customer.inbox()).map((item) => `${item.way} ${item.type}`))],
      ['custom image'],
    )
  })
})
