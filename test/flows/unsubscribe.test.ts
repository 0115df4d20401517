// A customer stops following the account: their session stays open unless the company wants it to
// end.
import assert from 'node:assert/strict'
import test from 'node:test'
import { customerActor } from '../../rules/session/actor.ts'
import { personStream } from '../../rules/session/stream.ts'
import { openHouse, type House } from '../support/app.ts'
import { loadOf, eventsOf } from '../support/desk.ts'
import { follower } from '../support/follower.ts'
import { pushAgain, textXml } from '../support/raw-push.ts'
import { ledgerOf, presence, sessionOf, setAll } from '../support/seen.ts'

const eventXml = (openid: string, event: string, at: number) =>
  `<xml><ToUserName>gh_1</ToUserName><FromUserName>${openid}</FromUserName><CreateTime>${at}</CreateTime><MsgType>event</MsgType><Event>${event}</Event></xml>`

type Context = { after: (close: () => Promise<void>) => void }

async function open(t: Context, settings: object): Promise<House> {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  await setAll(house, settings)
  return house
}

void test('when a customer unsubscribes their session stays open, or closes in any state if the company wants that', async (t) => {
  const house = await open(t, {})
  const [agent, member] = [await house.agent('agent1'), await house.agent('member')]
  const [accepted, inGroup, given] = [
    await follower(house),
    await follower(house),
    await follower(house),
  ]
  const verbs = new Map<object, [string, object]>([
    [inGroup, ['members', { uids: [member.uid] }]],
    [given, ['transfer', { agentUid: member.uid }]],
  ])
  for (const customer of [accepted, inGroup, given]) {
    await customer.says('你好')
    const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
    const [verb, body] = verbs.get(customer) ?? ['notes', { text: '记一下' }]
    await agent.call('POST', `/api/sessions/${id}/${verb}`, body)
  }
  const queued = await follower(house)
  await queued.says('在吗')
  const all = [accepted, inGroup, given, queued]
  const seen = () => Promise.all(all.map((customer) => sessionOf(house, customer)))
  const before = await seen()
  assert.deepEqual(
    before.map((one) => one.stateCode),
    [1, 2, 0, 3],
    'the premise',
  )
  const stays = await follower(house)
  await stays.says('在吗')
  await stays.does('unsubscribe')
  assert.equal((await sessionOf(house, stays)).stateCode, 3, 'unless the company wants it')

  await setAll(house, { closeOnUnsubscribe: true })
  for (const customer of all) await customer.does('unsubscribe')
  for (const [n, ended] of (await seen()).entries()) {
    const was = before[n]!
    assert.deepEqual(
      [ended.id, ended.stateCode, ended.closeReason, ended.customer.exclusiveAgentUid],
      [was.id, -1, 'unsubscribed', was.customer.exclusiveAgentUid],
    )
    const step = (await ledgerOf(house.admin, ended.id)).at(-1)
    assert.deepEqual(
      [step?.from, step?.to, step?.actor, step?.reason],
      [was.stateCode, -1, customerActor(ended.customer.id), 'unsubscribed'],
    )
  }
  assert.deepEqual([await loadOf(house, agent.uid), await loadOf(house, member.uid)], [0, 0])
  const next = (await agent.call('POST', '/api/sessions/claim', {})).body
  assert.equal(next.customer.openid, stays.openid, 'nobody else waits')
  const heard = (await eventsOf(house, personStream(agent.uid))).map(({ type }) => type)
  assert.ok(heard.includes('session.closed'))
  const missed = (await house.admin.call('GET', '/api/sessions?state=missed')).body.items
  assert.deepEqual(missed, [])
})

void test('a customer who unsubscribes, follows again and writes at once has one open session, and their former agent has room again', async (t) => {
  const house = await open(t, { closeOnUnsubscribe: true, sessionRule: 'even' })
  await presence(await house.agent('agent0'), 'offline')
  const agent = await house.agent('agent1', { capacity: 20 })
  const customers = ['o1', 'o2', 'o3', 'o4', 'o5']
  let msgId = 0
  for (let round = 0; round < 4; round += 1) {
    const pushes = customers.flatMap((openid) => [
      textXml(openid, String((msgId += 1)), '你好'),
      eventXml(openid, 'unsubscribe', (msgId += 1)),
      eventXml(openid, 'subscribe', (msgId += 1)),
      textXml(openid, String((msgId += 1)), '又来了'),
    ])
    const answers = await Promise.all(pushes.map((body) => pushAgain(house, body)))
    assert.ok(answers.every(({ status }) => status === 200))
    const open = await house.rows<{ wx_user_id: string }>(
      'select wx_user_id from message_session where open_key is not null',
    )
    assert.equal(new Set(open.map((one) => one.wx_user_id)).size, open.length)
    assert.ok(open.length <= customers.length)
    // in one statement, because the assignment may still give them another session
    const [counted] = await house.rows<{ load: number; theirs: number }>(
      'select `load`, (select count(*) from message_session m' +
        ' where m.uid = a.uid and m.open_key is not null) as theirs' +
        ' from agent_load a where a.uid = ?',
      [agent.uid],
    )
    assert.equal(Number(counted?.load), Number(counted?.theirs))
  }
  const [ended] = await house.rows<{ n: number }>(
    "select count(*) as n from message_session where close_reason = 'unsubscribed'",
  )
  assert.ok(Number(ended?.n) > 0, 'some ended')
})
