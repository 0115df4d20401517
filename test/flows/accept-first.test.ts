// The option autoAcceptFirst: sessions given to an agent wait, and the first of them is accepted
// automatically. Companies know this from the system that kefu replaces.
import assert from 'node:assert/strict'
import test from 'node:test'
import { jobActor } from '../../rules/session/actor.ts'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { presence, sessionOf, setAll } from '../support/seen.ts'

async function openOption(
  t: { after: (close: () => Promise<void>) => void },
  howMany: number,
): Promise<{
  house: House
  agent: Actor
  states: () => Promise<number[]>
  claim: () => Promise<any>
}> {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  for (let n = 0; n < howMany; n += 1) await (await follower(house)).says('你好')
  const agent = await house.agent('agent1')
  await house.admin.call('PATCH', '/api/settings', { autoAcceptFirst: true })
  await eventually(async () => {
    assert.equal((await house.admin.call('GET', '/api/settings')).body.autoAcceptFirst, true)
  }, 'everywhere')
  const claim = async () => (await agent.call('POST', '/api/sessions/claim', {})).body
  const states = async () =>
    (
      await house.rows<{ state: number }>(
        'select state from message_session where uid = ? order by assigned_at, session_id',
        [agent.uid],
      )
    ).map((row) => row.state)
  return { house, agent, states, claim }
}

void test('with autoAcceptFirst a claimed session waits while the agent is in another conversation, and the oldest is accepted when that ends', async (t) => {
  const { house, agent, states, claim } = await openOption(t, 3)
  const [first, second, third] = [await claim(), await claim(), await claim()]
  assert.deepEqual([first.stateCode, second.stateCode, third.stateCode], [1, 0, 0])
  assert.deepEqual([second.agentUid, second.customer.exclusiveAgentUid], [agent.uid, agent.uid])
  await agent.call('POST', `/api/sessions/${first.id}/close`, {})
  assert.deepEqual(await states(), [-1, 1, 0])
  const ledger = (await agent.call('GET', `/api/sessions/${second.id}/ledger`)).body.items
  assert.deepEqual(
    ledger.map((step: { from: number | null; to: number; actor: string }) => [step.from, step.to]),
    [
      [null, 3],
      [3, 0],
      [0, 1],
    ],
  )
  assert.equal(ledger.at(-1).actor, jobActor('accept-first'))
  const other = await house.agent('other')
  assert.equal(
    (await agent.call('POST', `/api/sessions/${second.id}/transfer`, { agentUid: other.uid }))
      .status,
    200,
  )
  assert.deepEqual(await states(), [-1, 1], 'what is given away leaves room for the next')
  assert.equal(
    (await other.call('GET', `/api/sessions/${second.id}`)).body.stateCode,
    1,
    'an agent without a conversation goes on with the session they were given',
  )
  assert.equal(
    (
      await agent.call('POST', `/api/sessions/${third.id}/messages`, {
        clientMsgId: 'a',
        type: 'text',
        text: '在',
      })
    ).status,
    202,
  )
})

void test('with autoAcceptFirst, if many sessions are claimed or closed at once, one is accepted and the others wait, at the latest once the job accept-first has run', async (t) => {
  const { house, agent, states, claim } = await openOption(t, 12)
  await Promise.all(Array.from({ length: 12 }, claim))
  assert.equal(
    (await states()).filter((state) => state === 1).length,
    1,
    'one of all that came at once',
  )
  for (let round = 0; round < 3; round += 1) {
    const mine = await house.rows<{ session_id: string }>(
      'select session_id from message_session where uid = ? and state in (0, 1) order by state desc',
      [agent.uid],
    )
    await Promise.all(
      mine
        .slice(0, 3)
        .map((row) => agent.call('POST', `/api/sessions/${row.session_id}/close`, {})),
    )
    await house.admin.call('POST', '/api/admin/jobs/accept-first/run', {})
    const now = await states()
    assert.equal(now.filter((state) => state === 1).length, 1, now.join())
    assert.equal(now.filter((state) => state === 0).length, 11 - 3 * (round + 1))
  }
})

void test('with autoAcceptFirst a returning customer is accepted at once if their agent is in no conversation, and waits otherwise', async (t) => {
  const { house, agent, claim } = await openOption(t, 0)
  const [one, two] = [await follower(house), await follower(house)]
  for (const customer of [one, two]) {
    await customer.says('你好')
    await agent.call('POST', `/api/sessions/${(await claim()).id}/close`, {})
  }
  await one.says('又来了')
  await eventually(async () => {
    assert.equal(
      (await agent.call('GET', '/api/sessions?state=active&mine=true')).body.items.length,
      1,
    )
  })
  await two.says('我也是')
  assert.equal(
    (await agent.call('GET', '/api/sessions?state=waiting&mine=true')).body.items.length,
    1,
  )
})

for (const autoAcceptFirst of [false, true]) {
  const how = autoAcceptFirst ? 'accepted automatically' : 'accepted by hand'
  void test(`in a session that a message gave to an agent and that was ${how}, a reply is in the agent's name`, async (t) => {
    const house = await openHouse({ rules: false, withoutCron: true })
    t.after(() => house.close())
    const agent = await house.agent('agent1')
    await presence(await house.agent('agent0'), 'offline')
    await setAll(house, { sessionRule: 'even', autoAcceptFirst })
    const customer = await follower(house)
    await customer.says('你好')
    const { id, agentUid } = await sessionOf(house, customer)
    assert.equal(agentUid, agent.uid)
    if (!autoAcceptFirst) await agent.call('POST', `/api/sessions/${id}/accept`, {})
    const line = { clientMsgId: 'a', type: 'text', text: '您好' }
    const { status } = await agent.call('POST', `/api/sessions/${id}/messages`, line)
    assert.equal(status, 202)
    const [names] = await house.rows<{ own: number; held: number | null; said: number | null }>(
      `select s.customer_service_id as own, n.customer_service_id as held,
        m.customer_service_id as said
      from customer_service s, message_session n, message_data m
      where s.uid = ? and n.session_id = ? and m.session_id = ? and m.client_key is not null`,
      [agent.uid, id, id],
    )
    assert.ok(names)
    assert.deepEqual([names.held, names.said], [names.own, names.own])
  })
}
