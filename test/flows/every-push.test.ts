// Every push that WeChat can send arrives three times at once and three times in a row, and must
// have its effect exactly once.
import assert from 'node:assert/strict'
import test from 'node:test'
import { eventNames } from 'wechat-simulator'
import { personStream } from '../../rules/session/stream.ts'
import { privateLane, groupLane } from '../../rules/session/lane.ts'
import { testAccount, openHouse, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'
import { accountOf, commonOf } from '../support/seen.ts'

const messages: [type: string, more: object][] = [
  ['text', { text: '在吗' }],
  ['text', { text: '满意', bizmsgmenuid: '101' }],
  ['image', {}],
  ['voice', {}],
  ['video', {}],
  ['shortvideo', {}],
  [
    'location',
    { location: { latitude: 23.134521, longitude: 113.358803, scale: 20, label: '广州' } },
  ],
  ['link', { link: { title: '标题', description: '说明', url: 'https://example.com/a?b=1&c=2' } }],
  ['file', { text: '报价单.xlsx' }],
  ['miniprogrampage', {}],
  ['hologram', { text: '?' }],
]

/**
 * Reads everything that pushes may change, except what the download worker changes later, to
 * compare it before and after a repeated push.
 */
async function everything(house: House) {
  const tables = [
    'inbox',
    'wx_user',
    'message_session',
    'session_ledger',
    'outbox',
    'stream',
    'stream_event',
    'trajectory',
    'reception',
    'agent_load',
  ]
  const rows = await Promise.all(
    tables.map(async (table) => [table, await house.rows(`select * from ${table}`)] as const),
  )
  const lines = await house.rows(
    'select message_id, seq, opercode, message_type, type, text, media_id, delivery from message_data order by message_id',
  )
  return {
    ...Object.fromEntries(rows),
    lines,
    fetches: await house.rows(
      'select message_id, part, media_id from media_fetch order by message_id, part',
    ),
  }
}

const settled = (house: House) =>
  eventually(async () => {
    assert.deepEqual(
      await house.rows("select message_id from media_fetch where state = 'pending'"),
      [],
    )
    assert.deepEqual(
      await house.rows("select outbox_id from outbox where state in ('pending', 'sending')"),
      [],
    )
  })

async function thrice(
  house: House,
  push: (more: object) => Promise<{ status: number | null }>,
): Promise<void> {
  assert.equal((await push({ copies: 3, parallel: true })).status, 200)
  await settled(house)
  const once = await everything(house)
  // after an unsubscribe the simulator refuses to push anything else of this customer, and that is
  // the only error accepted here
  await push({ copies: 3 }).catch((error: unknown) => {
    assert.match(String(error), /not_following/)
  })
  await settled(house)
  assert.deepEqual(await everything(house), once)
}

const createTime = Math.floor(Date.now() / 1000)
const inboxOf = (house: House, customer: Follower) =>
  house.rows<{ kind: string; state: string }>('select kind, state from inbox where openid = ?', [
    customer.openid,
  ])

for (const mode of ['plain', 'compatible', 'safe'] as const) {
  void test(`pushes of an account that uses JSON are stored and answered in JSON (${mode} mode)`, async (t) => {
    const house = await openHouse({ mode: mode === 'plain' ? 'plain' : 'safe' })
    t.after(() => house.close())
    const [mine] = (await house.admin.call('GET', '/api/accounts')).body.items
    const at = `/api/accounts/${mine.id}`
    assert.equal((await house.admin.call('PATCH', at, { mode })).status, 200)
    const changed = await fetch(`${house.simulator}/sim/accounts/${testAccount.appid}`, {
      method: 'PATCH',
      body: JSON.stringify({ format: 'json', mode }),
    })
    assert.equal(changed.status, 200)
    const customer = await follower(house)
    const msgId = '24681357902468213'
    const answered = await customer.says('你好', { msgId })
    assert.equal(answered.status, 200)
    assert.match(answered.reply, /^\{"/)
    assert.equal(answered.shown.length, 1, 'the phone shows the answer')
    assert.equal((await customer.says('你好', { msgId })).reply, answered.reply)
    assert.equal((await customer.says('', { type: 'hologram', deep: { a: ['"', 1] } })).status, 200)
    assert.equal((await customer.does('pic_weixin')).status, 200)
    const lines = await house.rows<{ text: string | null; message_type: number }>(
      'select text, message_type from message_data where opercode = 2 order by seq',
    )
    assert.deepEqual(
      lines.map((row) => row.message_type),
      [1, 0],
    )
    const [inbox] = await house.rows<{ dedup_key: string }>(
      'select dedup_key from inbox where kind = ?',
      ['text'],
    )
    assert.equal(inbox?.dedup_key, `m:${msgId}`)
  })
}

void test('every type of message is stored once, although it is delivered several times at once and in a row', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  for (const [at, [type, more]] of messages.entries()) {
    const customer = await follower(house)
    await thrice(house, (how) =>
      customer.says('', {
        type,
        createTime,
        msgId: String(9_007_199_254_740_993n + BigInt(at)),
        mediaId: undefined,
        ...more,
        ...how,
      }),
    )
    assert.equal((await inboxOf(house, customer)).length, 1, type)
    const lines = await house.rows(
      'select message_id from message_data where customer_wx_openid = ? and opercode = 2',
      [customer.openid],
    )
    assert.equal(lines.length, 1, type)
  }
  assert.equal((await house.rows('select session_id from message_session')).length, messages.length)
})

void test('storing a text message takes seven statements on four tables, however many types of events are handled', async (t) => {
  const asked: string[] = []
  const house = await openHouse({
    rules: false,
    alone: true,
    onSql: (_unit, kind, query) => {
      if (kind === 'push') asked.push(query)
    },
  })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('一')
  asked.length = 0
  await customer.says('二')
  const tables = [
    ...new Set(asked.flatMap((query) => /(?:from|into|update) `?(\w+)`?/i.exec(query)?.[1] ?? [])),
  ].sort()
  assert.deepEqual(tables, ['inbox', 'message_data', 'message_session', 'wx_user'])
  assert.equal(asked.length, 7, asked.join('\n'))
})

void test('every type of event has its effect once, although it is delivered several times at once and in a row', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  assert.ok(eventNames.length > 30)
  const notices = /finish$|verif|annual|debug|^user_(info|auth)|^subscribe_msg_sent|express|appeal/
  for (const [at, event] of [...eventNames, 'SCAN', 'never_heard_of'].entries()) {
    const customer = await follower(house)
    await thrice(house, (how) =>
      customer.does(event, {
        createTime,
        ...(/finish$/.test(event) && { msgID: String(1_000_001_625 + at) }),
        ...how,
      }),
    )
    assert.equal((await inboxOf(house, customer)).length, 1, event)
    const steps = await house.rows(
      'select n from trajectory t join wx_user u on u.wx_user_id = t.wx_user_id where u.openid = ?',
      [customer.openid],
    )
    assert.equal(steps.length, notices.test(event) ? 0 : 1, event)
  }
  assert.deepEqual(
    await house.rows('select session_id from message_session'),
    [],
    'an event that names nobody opens none',
  )
})

void test('events with nested lists and a text that contains XML are stored completely', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customer = await follower(house)
  for (const event of ['add_express_path', 'wxa_appeal_record']) {
    assert.equal((await customer.does(event)).status, 200, event)
  }
  assert.equal((await customer.says('kefu_document', { nested: { a: 1 } })).status, 200)
  const kept = await house.rows<{ raw_xml: string | null }>('select raw_xml from inbox')
  for (const words of ['快件已发往【广州】', '乙']) {
    assert.ok(kept.some((row) => row.raw_xml?.includes(words)))
  }
  assert.deepEqual(await house.rows('select text from message_data'), [{ text: 'kefu_document' }])
})

void test("events of a customer who came by an agent's QR code are recorded: scans with the code's counts, locations, visits and leaving", async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const agent = await house.agent('agent1')
  const accountId = (await house.admin.call('GET', '/api/accounts')).body.items[0].id
  const made = await house.admin.call('POST', '/api/receptions', {
    accountId,
    scene: 'store_007',
    name: '七店',
    kind: 'user',
    uid: agent.uid,
    replyText: '七店欢迎您',
    tags: ['七店'],
    qr: false,
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const customer = await follower(house)
  await thrice(house, (how) =>
    customer.does('subscribe', { eventKey: 'qrscene_store_007', ticket: 'T', createTime, ...how }),
  )
  await thrice(house, (how) =>
    customer.does('SCAN', { eventKey: 'store_007', ticket: 'T', createTime, ...how }),
  )
  await thrice(house, (how) =>
    customer.does('LOCATION', {
      latitude: '23.137466',
      longitude: '113.352425',
      precision: '119.385040',
      createTime,
      ...how,
    }),
  )
  await thrice(house, (how) => customer.does('CLICK', { eventKey: 'MENU', createTime, ...how }))
  await thrice(house, (how) => customer.says('我到了', { msgId: '77', createTime, ...how }))

  const [session] = (await agent.call('GET', '/api/sessions?state=waiting&mine=true')).body.items
  assert.equal(session.kind, 'user')
  assert.deepEqual(session.customer.tags, ['七店'])
  assert.deepEqual(
    [session.customer.location.latitude, session.customer.visits, session.customer.receptionId],
    [23.137466, 1, made.body.id],
  )
  assert.equal(
    session.customer.exclusiveAgentUid,
    agent.uid,
    "a customer who came by an agent's code is that agent's",
  )
  const lines = (await agent.call('GET', `/api/sessions/${session.id}/messages`)).body.items
  assert.deepEqual(
    lines.map((line: { type: string }) => line.type),
    ['event', 'text', 'event', 'text', 'event', 'text'],
  )
  assert.deepEqual(
    lines.map((line: { seq: number }) => line.seq),
    [1, 2, 3, 4, 5, 6],
  )
  assert.deepEqual(lines[4].event, { name: 'click', key: 'MENU' })
  assert.deepEqual(
    await house.rows<{ way: string; state: string }>('select way, state from outbox'),
    [
      { way: 'passive', state: 'sent' },
      { way: 'passive', state: 'sent' },
    ],
  )
  const reception = (await house.admin.call('GET', `/api/receptions/${made.body.id}`)).body
  assert.deepEqual([reception.follows, reception.scans, reception.unfollows], [1, 1, 0])
  const steps = (await agent.call('GET', `/api/customers/${session.customer.id}/trajectory`)).body
    .items
  assert.deepEqual(
    steps.map((step: { event: string }) => step.event),
    ['click', 'location', 'scan', 'subscribe'],
  )

  await thrice(house, (how) => customer.does('unsubscribe', { createTime, ...how }))
  assert.equal((await house.admin.call('GET', `/api/receptions/${made.body.id}`)).body.unfollows, 1)
  const after = (await agent.call('GET', `/api/sessions/${session.id}`)).body
  assert.deepEqual([after.customer.subscribed, after.window.remaining], [false, 0])
  const heard = (
    await house.rows<{ type: string }>(
      'select type from stream_event where stream = ? order by `offset`',
      [personStream(agent.uid)],
    )
  ).map((row) => row.type)
  assert.deepEqual(
    heard.slice(-2).toSorted(),
    ['customer.updated', 'window.changed'],
    'the agent hears that the customer has left',
  )
})

void test('a menu key decides who receives the customer: a person, a group or anybody (also if nobody has the number it names); any other key opens no session', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const group = (await house.admin.call('POST', '/api/groups', { name: '售后' })).body
  const agent = await house.agent('agent1', { groupIds: [group.id] })
  await agent.call('PUT', '/api/me/presence', { status: 'offline' })
  const lanes = {
    [`kf_user_${agent.uid}`]: privateLane(agent.uid),
    [`kf_group_${group.id}`]: groupLane(group.id, await accountOf(house)),
    kf_other: await commonOf(house),
    kf_group_99999: await commonOf(house),
    kf_user_99999: await commonOf(house),
  }
  for (const [eventKey, lane] of Object.entries(lanes)) {
    const customer = await follower(house)
    await customer.does('CLICK', { eventKey })
    const [row] = await house.rows<{ lane: string; kind: string }>(
      'select lane, kind from message_session s join wx_user u on u.wx_user_id = s.wx_user_id where u.openid = ?',
      [customer.openid],
    )
    assert.equal(row?.lane, lane, eventKey)
    assert.equal(row.kind, eventKey.split('_')[1])
  }
  const other = await follower(house)
  await other.does('CLICK', { eventKey: 'kf_nobody' })
  assert.deepEqual(
    await house.rows(
      'select session_id from message_session s join wx_user u on u.wx_user_id = s.wx_user_id where u.openid = ?',
      [other.openid],
    ),
    [],
  )
  const claimed = await agent.call('POST', '/api/sessions/claim', {
    lane: groupLane(group.id, await accountOf(house)),
  })
  assert.equal(claimed.status, 200)
})

void test('a rule answers a menu tap by its key, or any tap if it names no key', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const rule = (name: string, match: object, text: string) =>
    house.admin.call('POST', '/api/rules', { name, match, action: { kind: 'text', text } })
  assert.equal((await rule('any', { kind: 'menu' }, '请选择')).status, 201)
  assert.equal((await rule('one', { kind: 'menu', keywords: ['PRICES'] }, '价目表')).status, 201)
  assert.equal((await rule('scan', { kind: 'scan', keywords: ['42'] }, '欢迎再来')).status, 201)
  const customer = await follower(house)
  const said = async (event: string, eventKey: string) =>
    (await customer.does(event, { eventKey })).shown.map((line) => line.text)
  await eventually(async () => {
    assert.deepEqual(await said('CLICK', 'PRICES'), ['价目表'])
  })
  assert.deepEqual(await said('CLICK', 'OTHER'), ['请选择'])
  assert.deepEqual(await said('SCAN', '42'), ['欢迎再来'])
  assert.deepEqual(await said('SCAN', '43'), [])
  assert.deepEqual(await said('VIEW', 'https://example.com'), [])
})
