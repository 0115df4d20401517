// The results of replies. WeChat cannot recognise a repeated message, so a reply that may have been
// delivered becomes unknown and is never sent again automatically.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, post, type Actor, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'

type Desk = {
  house: House
  customer: Follower
  agent: Actor
  id: string
  reply: (clientMsgId: string, text?: string) => Promise<{ status: number; body: any }>
}

const unsent = { logs: ['a reply did not simply arrive'] }

async function desk(t: { after: (close: () => Promise<void>) => void }): Promise<Desk> {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('在吗')
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  const reply = (clientMsgId: string, text = clientMsgId) =>
    agent.call('POST', `/api/sessions/${id}/messages`, { clientMsgId, type: 'text', text })
  return { house, customer, agent, id, reply }
}

const fault = ({ house }: Desk, how: object) =>
  post(`${house.simulator}/sim/faults`, { path: '/cgi-bin/message/custom/send', ...how })
const states = async ({ agent, id }: Desk) =>
  (await agent.call('GET', `/api/sessions/${id}/messages`)).body.items
    .filter((line: { direction: string }) => line.direction === 'out')
    .map((line: { delivery: { state: string } }) => line.delivery.state)
const arrived = async ({ customer }: Desk) =>
  (await customer.inbox()).filter((item) => item.way === 'custom').map((item) => item.text)

void test('replies reach the follower in the order in which they were accepted', async (t) => {
  const at = await desk(t)
  for (const text of ['一', '二', '三', '四', '五']) {
    assert.equal((await at.reply(`m-${text.charCodeAt(0)}`, text)).status, 202)
  }
  await eventually(async () => {
    assert.deepEqual(await arrived(at), ['一', '二', '三', '四', '五'])
  })
  const sixth = await at.reply('six')
  assert.equal(sixth.status, 422)
  assert.equal(sixth.body.error.code, 'reply_budget_used')
})

void test('two calls with the same clientMsgId make one message; with a different text the second is a conflict', async (t) => {
  const at = await desk(t)
  const results = await Promise.all(Array.from({ length: 5 }, () => at.reply('once')))
  assert.deepEqual([...new Set(results.map((one) => one.body.message.id))].length, 1)
  await eventually(async () => {
    assert.deepEqual(await arrived(at), ['once'])
  })
  assert.equal((await at.reply('once', 'other')).body.error.code, 'client_msg_id_reused')
})

void test('a reply that WeChat refuses is failed with the meaning of the errcode, and does not use up the reply window', async (t) => {
  const at = await desk(t)
  at.house.announce(unsent)
  await fault(at, { kind: 'errcode', errcode: 45002 })
  assert.equal((await at.reply('a')).status, 202)
  await eventually(async () => {
    assert.deepEqual(await states(at), ['failed'])
  })
  const line = (await at.agent.call('GET', `/api/sessions/${at.id}/messages`)).body.items.at(-1)
  assert.equal(line.delivery.errcode, 45002)
  assert.match(line.delivery.explanation, /[一-鿿]/, 'in words')
  assert.equal((await at.agent.call('GET', `/api/sessions/${at.id}`)).body.window.remaining, 5)
})

for (const kind of ['reset', 'half', 'html']) {
  void test(`a reply whose answer from WeChat is lost (${kind}) becomes unknown, is sent at most once, and the next reply is still sent`, async (t) => {
    const at = await desk(t)
    at.house.announce(unsent)
    await fault(at, { kind })
    await at.reply('doubtful')
    await at.reply('next')
    await eventually(async () => {
      assert.deepEqual(await states(at), ['unknown', 'sent'])
    })
    assert.ok((await arrived(at)).filter((text) => text === 'doubtful').length <= 1)
  })
}

void test('when WeChat refuses the token, a new one is fetched and the reply arrives once', async (t) => {
  const at = await desk(t)
  await at.reply('first')
  await eventually(async () => {
    assert.deepEqual(await states(at), ['sent'])
  })
  await fault(at, { kind: 'expireToken' })
  await at.reply('second')
  await eventually(async () => {
    assert.deepEqual(await arrived(at), ['first', 'second'])
  })
})

void test('a reply outside the reply window is not stored, and the refusal names the reply window', async (t) => {
  const at = await desk(t)
  await at.house.app.advanceTo(49 * 3600_000)
  const { signIn } = await import('../support/app.ts')
  const again = await signIn(at.house.url, 'agent1')
  const refused = await again.call('POST', `/api/sessions/${at.id}/messages`, {
    clientMsgId: 'late',
    type: 'text',
    text: 'x',
  })
  assert.equal(refused.status, 422)
  assert.equal(refused.body.error.code, 'reply_window_closed')
  assert.equal((await again.call('GET', `/api/sessions/${at.id}/messages`)).body.items.length, 1)
})

void test('a write to a session with an outdated fence is refused', async (t) => {
  const at = await desk(t)
  const refused = await at.agent.call('POST', `/api/sessions/${at.id}/messages`, {
    clientMsgId: 'f',
    type: 'text',
    text: 'x',
    fence: 0,
  })
  assert.equal(refused.body.error.code, 'session_moved')
})

void test('a person can settle an unknown reply as delivered, or send it again as a new line', async (t) => {
  const at = await desk(t)
  at.house.announce(unsent)
  await fault(at, { kind: 'reset', next: 2 })
  const ids = [(await at.reply('one')).body.message.id, (await at.reply('two')).body.message.id]
  await eventually(async () => {
    assert.deepEqual(await states(at), ['unknown', 'unknown'])
  })
  const resolved = await at.agent.call('POST', `/api/messages/${ids[0]}/resolve`, {
    delivered: true,
  })
  assert.equal(resolved.body.message.delivery.state, 'sent')
  assert.equal(
    (await at.agent.call('POST', `/api/messages/${ids[0]}/resolve`, { delivered: false })).status,
    409,
    'what a person decided stands',
  )
  const resent = await at.agent.call('POST', `/api/messages/${ids[1]}/resend`, {})
  assert.equal(resent.status, 202)
  assert.equal(resent.body.message.resendOf, ids[1])
  await eventually(async () => {
    assert.deepEqual(await states(at), ['sent', 'failed', 'sent'])
  })
  assert.equal(
    (await at.agent.call('POST', `/api/messages/${ids[1]}/resend`, {})).status,
    409,
    'once',
  )
})

void test("a supervisor writes in an agent's session: the line names the supervisor, and the session stays the agent's", async (t) => {
  const at = await desk(t)
  const said = await at.house.admin.call('POST', `/api/sessions/${at.id}/messages`, {
    clientMsgId: 'boss',
    type: 'text',
    text: '我来说一句',
  })
  assert.equal(said.body.message.opercode, 3)
  assert.equal(said.body.message.agentUid, at.house.admin.uid)
  assert.equal((await at.agent.call('GET', `/api/sessions/${at.id}`)).body.agentUid, at.agent.uid)
  await eventually(async () => {
    assert.deepEqual(await arrived(at), ['我来说一句'])
  })
})

void test('a supervisor writes in a queued session: the customer gets the line, the session stays queued, and whoever claims it sees the line', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('在吗')
  const agent = await house.agent('agent1')
  const [session] = (await agent.call('GET', '/api/sessions?state=queued')).body.items as {
    id: string
  }[]
  const path = `/api/sessions/${session?.id ?? ''}`
  const words = (text: string) => ({ clientMsgId: 'interjected', type: 'text', text })
  const refused = await agent.call('POST', `${path}/messages`, words('我来'))
  assert.deepEqual([refused.status, refused.body.error.code], [403, 'not_owner'])
  const said = await house.admin.call('POST', `${path}/messages`, words('马上就来'))
  assert.equal(said.status, 202, JSON.stringify(said.body))
  const { message } = said.body as { message: { opercode: number; agentUid: number } }
  assert.deepEqual([message.opercode, message.agentUid], [3, house.admin.uid])
  await eventually(async () => {
    assert.deepEqual(
      (await customer.inbox()).map((item) => item.text),
      ['马上就来'],
    )
  })
  const now = (await house.admin.call('GET', path)).body as { stateCode: number; agentUid: null }
  assert.deepEqual([now.stateCode, now.agentUid], [3, null])
  assert.equal((await agent.call('POST', `${path}/claim`, {})).status, 200)
  await eventually(async () => {
    const lines = (await agent.call('GET', `${path}/messages`)).body.items as {
      seq: number
      text: string
      delivery?: { state: string }
    }[]
    assert.deepEqual(
      lines.map((line) => [line.seq, line.text, line.delivery?.state]),
      [
        [1, '在吗', undefined],
        [2, '马上就来', 'sent'],
      ],
    )
  })
})

void test('the last reply of the window can be reserved, and is then only used by a call that asks for it', async (t) => {
  const at = await desk(t)
  assert.equal(
    (await at.house.admin.call('PATCH', '/api/settings', { reserveLastReply: true })).status,
    200,
  )
  for (const text of ['一', '二', '三', '四']) {
    assert.equal((await at.reply(`m-${text.charCodeAt(0)}`, text)).status, 202)
  }
  await eventually(async () => {
    const kept = await at.reply('five')
    assert.deepEqual(
      [kept.status, kept.body.error.code, kept.body.error.details],
      [422, 'reply_budget_used', { reserved: true }],
    )
  })
  assert.equal((await at.agent.call('GET', `/api/sessions/${at.id}`)).body.window.remaining, 1)
  const last = await at.agent.call('POST', `/api/sessions/${at.id}/messages`, {
    clientMsgId: 'last',
    type: 'text',
    text: '还有别的问题吗',
    useReserved: true,
  })
  assert.equal(last.status, 202)
  assert.equal((await at.reply('six')).body.error.details, undefined, 'now there is none')
  await eventually(async () => {
    assert.equal((await arrived(at)).at(-1), '还有别的问题吗')
  })
})

void test('no clientMsgId that an agent can choose collides with that of a resent reply', async (t) => {
  const at = await desk(t)
  at.house.announce(unsent)
  await fault(at, { kind: 'reset', next: 1 })
  const { id } = (await at.reply('one')).body.message
  await eventually(async () => {
    assert.deepEqual(await states(at), ['unknown'])
  })
  assert.equal((await at.reply(`resend:${id}`)).status, 202)
  assert.equal((await at.agent.call('POST', `/api/messages/${id}/resend`, {})).status, 202)
  await eventually(async () => {
    assert.deepEqual(await states(at), ['failed', 'sent', 'sent'])
  })
})
