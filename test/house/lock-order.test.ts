// Every action takes its locks in one order: inbox → customer → session → agent_load → message →
// outbox → ledger → streams. Only the first lock of each row counts. The order is read from the SQL
// of everything that happens in a company on one day.
import assert from 'node:assert/strict'
import test from 'node:test'
import { privateLane } from '../../rules/session/lane.ts'
import { openHouse, post, type Actor, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { commonOf } from '../support/seen.ts'

const order = [
  'inbox',
  'wx_user',
  'message_session',
  'agent_load',
  'trajectory',
  'media_fetch',
  'message_data',
  'outbox',
  'session_ledger',
  'reception',
  'stream',
  'stream_event',
]

const lockedTable = (query: string): string | null => {
  const write = /^\s*(?:insert into|update|delete from) `?(\w+)`?/i.exec(query)
  const read = /for update/.test(query) ? /from `?(\w+)`?/i.exec(query) : null
  return (write ?? read)?.[1] ?? null
}

void test('every transaction takes its first locks in the same order of tables', async (t) => {
  const units = new Map<number, string[]>()
  const house = await openHouse({
    alone: true,
    onSql: (unit, _kind, query) => {
      units.set(unit, [...(units.get(unit) ?? []), query])
    },
  })
  t.after(() => house.close())
  house.announce({ logs: ['a reply did not simply arrive'] })
  const customer = await follower(house)
  const accountId = (await house.admin.call('GET', '/api/accounts')).body.items[0].id
  await house.admin.call('POST', '/api/receptions', {
    accountId,
    scene: 'shop',
    name: 'shop',
    qr: false,
  })
  await customer.does('subscribe', { eventKey: 'qrscene_shop' })
  await customer.says('', { type: 'image' })
  await Promise.all(['你好', '一', '二'].map((text) => customer.says(text)))
  const agent = await house.agent('agent1')
  const session = (await agent.call('POST', '/api/sessions/claim', {})).body
  await agent.call('POST', `/api/sessions/${session.id}/messages`, {
    clientMsgId: 'a',
    type: 'text',
    text: '在',
  })
  await eventually(async () => {
    assert.ok((await customer.inbox()).some((item) => item.way === 'custom'))
  })
  await agent.call('POST', `/api/sessions/${session.id}/messages`, {
    clientMsgId: 'b',
    type: 'text',
    text: '再见',
  })
  await agent.call('POST', `/api/sessions/${session.id}/close`, { pending: 'drop' })
  await customer.says('又来了')
  const waiting = (await agent.call('GET', '/api/sessions?state=waiting&mine=true')).body.items[0]
  await agent.call('POST', `/api/sessions/${waiting.id}/accept`, {})
  await agent.call('POST', `/api/sessions/${waiting.id}/read`, { seq: 1 })
  await agent.call('PATCH', `/api/customers/${session.customer.id}`, { alias: '老王' })
  await settleByHand(house, agent, waiting.id)
  await verbs(house, agent, waiting.id)
  await sweep(house)
  await fallBack(house, agent)
  await giveAndTake(house, agent)
  await house.app.advanceTo(10 * 24 * 3600_000)
  await eventually(async () => {
    const [row] = await house.rows<{ close_reason: string }>(
      'select close_reason from message_session where session_id = ?',
      [waiting.id],
    )
    assert.equal(row?.close_reason, 'reclaimed')
  }, 'movedClock')

  const seen = new Set<string>()
  for (const queries of units.values()) {
    const firsts = [...new Set(queries.map(lockedTable))].filter(
      (table) => table !== null && order.includes(table),
    ) as string[]
    firsts.forEach((table) => seen.add(table))
    const sorted = [...firsts].sort((a, b) => order.indexOf(a) - order.indexOf(b))
    assert.deepEqual(
      firsts.filter((table) => table !== 'stream_event'),
      sorted.filter((table) => table !== 'stream_event'),
      queries.join('\n'),
    )
  }
  assert.deepEqual(
    order.filter((table) => !seen.has(table)),
    [],
    'the day touched every table of the order',
  )
})

async function verbs(house: House, agent: Actor, id: string): Promise<void> {
  const other = await house.agent('other')
  await house.admin.call('PATCH', '/api/settings', { greeting: '您好', autoAcceptFirst: true })
  const calls: [Actor, string, object][] = [
    [agent, 'notes', { text: `@${other.uid} 看一下` }],
    [agent, 'members', { uids: [other.uid] }],
    [agent, 'transfer', { agentUid: other.uid, note: '请跟进' }],
    [house.admin, 'takeover', {}],
    [house.admin, 'watch', {}],
    [house.admin, 'transfer', { agentUid: agent.uid }],
    [house.admin, 'grade', { grade: 1 }],
  ]
  for (const [who, verb, body] of calls) {
    const answer = await who.call('POST', `/api/sessions/${id}/${verb}`, body)
    assert.ok(answer.status < 300, `${verb}: ${JSON.stringify(answer.body)}`)
  }
  await eventually(async () => {
    assert.equal((await agent.call('GET', `/api/sessions/${id}`)).body.stateCode, 1)
  })
  await house.admin.call('PATCH', '/api/settings', { greeting: '', autoAcceptFirst: false })
}

async function settleByHand(house: House, agent: Actor, id: string): Promise<void> {
  const lines = async () =>
    (await agent.call('GET', `/api/sessions/${id}/messages`)).body.items as {
      id: string
      delivery?: { state: string }
    }[]
  const fate = async (clientMsgId: string, fault: object, state: string): Promise<string> => {
    await post(`${house.simulator}/sim/faults`, { path: '/cgi-bin/message/custom/send', ...fault })
    const sent = await agent.call('POST', `/api/sessions/${id}/messages`, {
      clientMsgId,
      type: 'text',
      text: clientMsgId,
    })
    await eventually(async () => {
      assert.equal(
        (await lines()).find((line) => line.id === sent.body.message.id)?.delivery?.state,
        state,
      )
    })
    return sent.body.message.id as string
  }
  const failed = await fate('fails', { kind: 'errcode', errcode: 45002 }, 'failed')
  assert.equal((await agent.call('POST', `/api/messages/${failed}/resend`, {})).status, 202)
  await eventually(async () => {
    assert.equal((await lines()).at(-1)?.delivery?.state, 'sent')
  })
  const unknown = await fate('lost', { kind: 'reset' }, 'unknown')
  assert.equal(
    (await agent.call('POST', `/api/messages/${unknown}/resolve`, { delivered: true })).status,
    200,
  )
}

/**
 * Makes a reply look as if its lease had expired while it was being sent, so that the locks of the
 * job that then settles the reply are seen too.
 */
async function sweep(house: House): Promise<void> {
  const { store } = house.app.ports
  const changed = await store.work('rest', async (unit) => {
    const [row] = await unit.sql.all<{ id: string }>(
      "select max(outbox_id) as id from outbox where state = 'sent' and way = 'api'",
    )
    const id = row?.id ?? ''
    await unit.sql.run("update message_data set delivery = 'sending' where message_id = ?", [id])
    return unit.sql.run(
      "update outbox set state = 'sending', lease_until = 1 where outbox_id = ?",
      [id],
    )
  })
  assert.equal(changed, 1)
  await house.admin.call('POST', '/api/admin/jobs/outbox-sweep/run', {})
  await eventually(async () => {
    assert.equal(
      (await store.read.sql.all("select outbox_id from outbox where state = 'unknown'")).length,
      1,
    )
  })
}

async function fallBack(house: House, agent: Actor): Promise<void> {
  const other = await follower(house)
  await other.says('我找上次那位')
  const session = (await agent.call('POST', '/api/sessions/claim', {})).body
  await agent.call('POST', `/api/sessions/${session.id}/close`, {})
  await agent.call('PUT', '/api/me/presence', { status: 'offline' })
  await other.says('还在吗')
  const lanes = () =>
    house.app.ports.store.read.sql.all<{ lane: string }>(
      'select lane from message_session where state = 3',
    )
  assert.deepEqual(await lanes(), [{ lane: privateLane(agent.uid) }])
  await house.app.advanceTo(11 * 60_000)
  await house.admin.call('POST', '/api/admin/jobs/fallback/run', {})
  await eventually(async () => {
    assert.deepEqual(await lanes(), [{ lane: await commonOf(house) }])
  })
}

/**
 * Lets customers be assigned, transferred to a group and taken back, and runs the jobs that rank,
 * move on and end sessions, so that the locks of all these steps are seen.
 */
async function giveAndTake(house: House, agent: Actor): Promise<void> {
  const { admin } = house
  const group = (await admin.call('POST', '/api/groups', { name: '售后' })).body.id as number
  await admin.call('PATCH', `/api/users/${agent.uid}`, { groupIds: [group] })
  await admin.call('PATCH', '/api/settings', {
    sessionRule: 'even',
    takeBackMinutes: 1,
    windowFirst: true,
    groups: { [group]: { sessionRule: 'grab' } },
  })
  await (await house.agent('other')).call('PUT', '/api/me/presence', { status: 'offline' })
  const waits = await follower(house)
  await waits.says('有人吗')
  await agent.call('PUT', '/api/me/presence', { status: 'online' })
  const mine = async () =>
    (await agent.call('GET', '/api/sessions?state=waiting&mine=true')).body.items as {
      id: string
      customer: { id: string; openid: string }
    }[]
  await eventually(async () => {
    assert.ok(
      (await mine()).some((one) => one.customer.openid === waits.openid),
      'given from the queue',
    )
  })
  const given = await follower(house)
  await given.says('你好')
  const session = (await mine()).find((one) => one.customer.openid === given.openid)
  assert.ok(session, 'given with the push')
  await agent.call('POST', `/api/sessions/${session.id}/accept`, {})
  await given.says('？')
  await admin.call('PATCH', `/api/customers/${session.customer.id}`, { priority: 3 })
  await agent.call('POST', `/api/sessions/${session.id}/transfer`, { groupId: group })
  await agent.call('POST', `/api/sessions/${session.id}/claim`, {})
  await given.says('还在吗')
  await house.app.advanceTo(14 * 60_000)
  for (const job of [
    'take-back',
    'queue-rank',
    'overflow',
    'waiting-timeout',
    'queue-timeout',
    'idle-close',
  ]) {
    await admin.call('POST', `/api/admin/jobs/${job}/run`, {})
  }
  await eventually(async () => {
    assert.equal(
      (await house.rows("select n from session_ledger where reason = 'unanswered'")).length > 0,
      true,
    )
  })
}
