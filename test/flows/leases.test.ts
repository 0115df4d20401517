// The lease of a reply while it is being sent. It is renewed as long as the delivery takes, and a
// process that has lost it sends nothing.
import assert from 'node:assert/strict'
import test from 'node:test'
import { sample } from 'wechat-simulator'
import { sweepOutbox } from '../../src/actions/jobs/outbox-sweep.ts'
import { post, type House } from '../support/app.ts'
import { openDesk, type Desk } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { losesLeases } from '../support/obstacles.ts'

const outbox = (house: House) =>
  house.rows<{ state: string }>("select state from outbox where way = 'api' order by n")
const unknowns = (house: House) =>
  house.rows("select stream from stream_event where type = 'message.unknown'")

/** Sends a picture whose upload takes this long, and a text after it. */
async function slowPicture(desk: Desk, delayMs: number): Promise<void> {
  const { house, agent, id } = desk
  await post(`${house.simulator}/sim/faults`, {
    kind: 'slow',
    path: '/cgi-bin/media/upload',
    delayMs,
  })
  const { body } = await agent.upload(sample('cat.jpg'), 'cat.jpg')
  const sent = await agent.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: 'picture',
    type: 'image',
    mediaId: body.id,
  })
  assert.equal(sent.status, 202)
  assert.equal((await desk.say(agent, 'behind it')).status, 202)
  await eventually(async () => {
    assert.deepEqual(
      (await outbox(house)).map(({ state }) => state),
      ['sending', 'pending'],
    )
  })
}

void test('a reply whose delivery takes longer than its lease is not given up, and the next reply waits for it', async (t) => {
  const desk = await openDesk(t, { withoutCron: true })
  await slowPicture(desk, 9000)
  await desk.house.app.advanceTo(10 * 60_000)
  assert.deepEqual(await sweepOutbox(desk.house.app.ports), { unknown: 0 })
  assert.deepEqual(
    (await outbox(desk.house)).map(({ state }) => state),
    ['sending', 'pending'],
    'its holder still sends it, and nothing overtakes it',
  )
  await eventually(async () => {
    assert.deepEqual(
      (await outbox(desk.house)).map(({ state }) => state),
      ['sent', 'sent'],
    )
  })
  const arrived = (await desk.customer.inbox()).filter((item) => item.way === 'custom')
  assert.deepEqual(
    arrived.map(({ type }) => type),
    ['image', 'text'],
  )
  assert.deepEqual(await unknowns(desk.house), [])
})

void test('a process that loses the lease before sending does not send the reply: it fails, the reply window gets it back, and later replies are not blocked', async (t) => {
  const desk = await openDesk(t, { withoutCron: true, alone: true, wrap: losesLeases })
  desk.house.announce({ logs: ['a reply did not simply arrive'] })
  const remaining = async () => (await desk.session()).window.remaining
  const before = await remaining()
  await slowPicture(desk, 9000)
  assert.equal(await remaining(), before - 2, 'the premise: both replies were taken from it')
  await desk.house.app.advanceTo(60_000)
  assert.deepEqual(await sweepOutbox(desk.house.app.ports), { unknown: 1 })
  assert.equal((await unknowns(desk.house)).length, 1)
  await eventually(async () => {
    assert.deepEqual(
      (await outbox(desk.house)).map(({ state }) => state),
      ['failed', 'sent'],
    )
  })
  assert.equal(await remaining(), before - 1)
  const arrived = (await desk.customer.inbox()).filter((item) => item.way === 'custom')
  assert.deepEqual(
    arrived.map(({ text }) => text),
    ['behind it'],
  )
})

void test('what a person decided about a reply stays, whatever its sender learns later', async (t) => {
  const desk = await openDesk(t, { withoutCron: true, alone: true, wrap: losesLeases })
  desk.house.announce({ logs: ['a reply did not simply arrive'] })
  const { house, agent, id } = desk
  await post(`${house.simulator}/sim/faults`, {
    kind: 'slow',
    path: '/cgi-bin/message/custom/send',
    delayMs: 7500,
  })
  const sent = await desk.say(agent, '在')
  await eventually(async () => {
    assert.equal((await outbox(house))[0]?.state, 'sending')
  })
  await house.app.advanceTo(60_000)
  assert.deepEqual(await sweepOutbox(house.app.ports), { unknown: 1 })
  const settled = await agent.call('POST', `/api/messages/${sent.body.message.id}/resolve`, {
    delivered: false,
  })
  assert.equal(settled.status, 200)
  assert.equal((await desk.say(agent, 'behind it')).status, 202)
  await eventually(async () => {
    assert.deepEqual(await desk.arrived(), ['在', 'behind it'], 'the premise: it arrived, late')
  })
  await eventually(async () => {
    assert.equal((await outbox(house))[1]?.state, 'sent')
  })
  const lines = await agent.call('GET', `/api/sessions/${id}/messages`)
  assert.deepEqual(
    [lines.body.items[1].delivery.state, (await outbox(house))[0]?.state],
    ['failed', 'failed'],
  )
})
