// Rules as followers experience them: through pushes and answers.
import assert from 'node:assert/strict'
import test from 'node:test'
import { readActor } from '../../rules/session/actor.ts'
import { groupLane } from '../../rules/session/lane.ts'
import { testAccount, openHouse, password, signIn, type Actor, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'
import { times } from '../support/full.ts'
import { uploaded } from '../support/material.ts'
import { signed, textXml } from '../support/raw-push.ts'
import { accountOf, commonOf, setAll } from '../support/seen.ts'

const made = async (admin: Actor, match: object, action: object) => {
  const answer = await admin.call('POST', '/api/rules', {
    name: JSON.stringify(match).slice(0, 90),
    match,
    action,
  })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body
}
const text = (words: string, ...then: object[]) => ({
  kind: 'text',
  text: words,
  ...(then.length > 0 && { then }),
})
const queued = async (actor: Actor) =>
  (await actor.call('GET', '/api/sessions?state=queued')).body.items as any[]
const onPhone = async (customer: Follower) =>
  (await customer.inbox()).map((line) => `${line.way} ${line.type}`)
const closedRows = (house: House) =>
  house.rows<{ close_reason: string; state: number; lane: string | null; open_key: string | null }>(
    'select close_reason, state, lane, open_key from message_session where state < 0 order by add_time',
  )

const firstWords = (answer: { shown: { text?: string }[] }) => answer.shown[0]?.text ?? ''

void test('a follower is served by rules through a menu, a number and a tap, and then handed to a person', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  assert.equal(
    (await house.admin.call('PATCH', '/api/settings', { queueWhen: 'asked' })).status,
    200,
  )
  const customer = await follower(house)

  const menu = await customer.says('菜单')
  assert.deepEqual(menu.shown, [], 'WeChat knows no menu in the answer to a push')
  await eventually(async () => {
    assert.deepEqual(await onPhone(customer), ['custom msgmenu'])
  })
  assert.match(firstWords({ shown: await customer.inbox() }), /1 营业时间/)
  assert.match(firstWords(await customer.says('1')), /9:00–21:00/)
  assert.match(
    firstWords(await customer.says('2 订单与物流 / Orders and delivery', { bizmsgmenuid: '2' })),
    /订单号/,
  )
  assert.match(firstWords(await customer.says('３')), /7 天/, 'a full-width number too')
  assert.deepEqual(await queued(house.admin), [], 'nobody was needed so far')
  assert.deepEqual(
    (await closedRows(house)).map((row) => [row.close_reason, row.state, row.lane, row.open_key]),
    Array(4).fill(['answered_by_rule', -1, null, null]),
  )

  assert.match(firstWords(await customer.says('转人工')), /排队/)
  // the queue index of a new company is not complete yet, so the place in the queue is known only
  // after a while
  const waiting = await eventually(async () => {
    const [first] = await queued(house.admin)
    assert.equal(first.queue.position, 1)
    return first
  }, 'queueIndex')
  const agent = await house.agent('agent1')
  const claimed = (await agent.call('POST', '/api/sessions/claim', {})).body
  assert.equal(claimed.id, waiting.id)
  const history = (await agent.call('GET', `/api/customers/${claimed.customer.id}/messages`)).body
    .items as any[]
  assert.equal(
    history.filter((line) => line.opercode === 6).length,
    5,
    'what the rules answered is kept',
  )
  assert.equal(history.filter((line) => line.direction === 'in').length, 5)
})

void test('the setting queueWhen decides which customers wait for people after a rule has answered', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  await made(house.admin, { kind: 'contains', keywords: ['营业'] }, text('九点'))
  await made(
    house.admin,
    { kind: 'contains', keywords: ['人工'] },
    text('请稍候', { kind: 'queue' }),
  )
  await made(house.admin, { kind: 'default' }, text('没听懂'))
  const words = ['营业吗', '发票呢', '人工']
  const wanted: Record<string, boolean[]> = {
    always: [true, true, true],
    unanswered: [false, true, true],
    asked: [false, false, true],
  }
  for (const [queueWhen, queues] of Object.entries(wanted)) {
    await house.admin.call('PATCH', '/api/settings', { queueWhen })
    for (const [at, said] of words.entries()) {
      const before = (await queued(house.admin)).length
      const customer = await follower(house)
      assert.equal((await customer.says(said)).shown.length, 1, 'a rule answers each')
      assert.equal(
        (await queued(house.admin)).length - before,
        queues[at] ? 1 : 0,
        `${queueWhen}: ${said}`,
      )
    }
  }
  const agent = await house.agent('agent1')
  const ledger = (
    await house.rows<{ session_id: string }>(
      "select session_id from message_session where close_reason = 'answered_by_rule'",
    )
  )[0]!
  const steps = (await house.admin.call('GET', `/api/sessions/${ledger.session_id}/ledger`)).body
    .items as any[]
  assert.deepEqual(
    steps.map((step) => [step.from, step.to, readActor(step.actor)?.kind]),
    [
      [null, 3, 'customer'],
      [3, -1, 'speaker'],
    ],
  )
  const load = await house.rows<{ load: number }>(
    'select `load` as `load` from agent_load where uid = ?',
    [agent.uid],
  )
  assert.equal(Number(load[0]?.load), 0)
})

void test("a rule's several lines arrive in order: the first as passive reply, the others through the API, as far as the reply window permits", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const says = (n: number) => ({ kind: 'text', text: `第${n}条` })
  await made(
    house.admin,
    { kind: 'exact', keywords: ['多条'] },
    { ...says(1), then: [says(2), says(3), says(4), says(5), says(6)] },
  )
  await made(
    house.admin,
    { kind: 'subscribe' },
    { ...says(1), then: [says(2), says(3), says(4), says(5)] },
  )
  const customer = await follower(house)
  assert.deepEqual(
    (await customer.says('多条')).shown.map((one) => one.text),
    ['第1条'],
  )
  await eventually(async () => {
    assert.deepEqual(
      (await customer.inbox()).map((line) => line.text),
      [1, 2, 3, 4, 5, 6].map((n) => `第${n}条`),
    )
  })
  assert.deepEqual(await onPhone(customer), [
    'passive text',
    ...Array<string>(5).fill('custom text'),
  ])

  const newcomer = await follower(house)
  await newcomer.does('subscribe')
  await eventually(async () => {
    assert.deepEqual(
      (await newcomer.inbox()).map((line) => line.text),
      [1, 2, 3, 4].map((n) => `第${n}条`),
    )
  })
  const lines = await house.rows<{ text: string; delivery: string; extra: string }>(
    "select text, delivery, extra from message_data where session_id is null and delivery = 'failed'",
  )
  assert.deepEqual(
    lines.map((line) => [line.text, JSON.parse(line.extra).why]),
    [['第5条', 'reply_budget_used']],
    'what did not fit is kept and says so',
  )
})

void test('a line of every type that can be sent leaves: from a rule as passive reply where WeChat allows it and otherwise through the API, from an agent through the API', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const [image, voice, video, thumb] = [
    await uploaded(house, 'image'),
    await uploaded(house, 'voice'),
    await uploaded(house, 'video'),
    await uploaded(house, 'thumb'),
  ]
  const article = {
    title: '新品',
    description: '看看',
    url: 'https://example.com/a',
    picUrl: 'https://example.com/a.jpg',
  }
  const actions: Record<string, [action: object, way: string]> = {
    text: [{ text: '您好 {nickname|朋友}' }, 'passive text'],
    image: [{ mediaId: image }, 'passive image'],
    voice: [{ mediaId: voice }, 'passive voice'],
    video: [{ mediaId: video, title: '介绍', description: '一分钟' }, 'passive video'],
    news: [{ articles: [article] }, 'passive news'],
    menu: [
      { menu: { head: '请选', items: [{ id: '1', text: '一' }], tail: '' } },
      'custom msgmenu',
    ],
    miniprogram: [
      {
        miniprogram: {
          appid: 'wx0123456789abcdef',
          pagePath: 'pages/index',
          title: '商城',
          thumbMediaId: thumb,
        },
      },
      'custom miniprogrampage',
    ],
    article: [{ articleId: 'article_1' }, 'custom mpnewsarticle'],
  }
  for (const [kind, [action]] of Object.entries(actions)) {
    await made(house.admin, { kind: 'exact', keywords: [`要${kind}`] }, { kind, ...action })
  }
  for (const [kind, [, way]] of Object.entries(actions)) {
    const customer = await follower(house)
    await customer.says(`要${kind}`)
    await eventually(async () => {
      assert.deepEqual(await onPhone(customer), [way], kind)
    })
  }
  const customer = await follower(house)
  assert.equal(
    (await customer.says('要text')).shown[0]?.text,
    '您好 朋友',
    'a name nobody knows has its other word',
  )

  const agent = await house.agent('agent1')
  await customer.says('人呢')
  const session = (await agent.call('GET', '/api/sessions?state=queued')).body.items.at(-1)
  await agent.call('POST', `/api/sessions/${session.id}/claim`, {})
  for (const [at, [kind, [fields]]] of Object.entries(actions).entries()) {
    await customer.says('再来')
    const sent = await agent.call('POST', `/api/sessions/${session.id}/messages`, {
      clientMsgId: `m${at}`,
      type: kind,
      ...fields,
    })
    assert.equal(sent.status, 202, JSON.stringify(sent.body))
    assert.equal(sent.body.message.type, kind)
    for (const [name, value] of Object.entries(fields)) {
      assert.deepEqual(sent.body.message[name], value, `${kind} ${name}`)
    }
    const again = await agent.call('POST', `/api/sessions/${session.id}/messages`, {
      clientMsgId: `m${at}`,
      type: kind,
      ...fields,
    })
    assert.equal(again.body.message.id, sent.body.message.id)
  }
  const other = await agent.call('POST', `/api/sessions/${session.id}/messages`, {
    clientMsgId: 'm4',
    type: 'news',
    articles: [{ ...article, title: '别的' }],
  })
  assert.deepEqual([other.status, other.body.error?.code], [409, 'client_msg_id_reused'])
  const file = await agent.call('POST', `/api/sessions/${session.id}/messages`, {
    clientMsgId: 'f',
    type: 'file',
    mediaId: 'media_9',
  })
  assert.deepEqual([file.status, file.body.error?.code], [422, 'type_not_supported'])
  await eventually(async () => {
    const ways = (await customer.inbox())
      .filter((line) => line.way === 'custom')
      .map((line) => line.type)
    assert.deepEqual(ways, [
      'text',
      'image',
      'voice',
      'video',
      'news',
      'msgmenu',
      'miniprogrampage',
      'mpnewsarticle',
    ])
  })
})

void test('a rule hands a customer to a group or a person, even if the customer is already queued', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const group = (await house.admin.call('POST', '/api/groups', { name: '售后' })).body
  const named = await house.agent('agent1')
  const member = await house.agent('agent2', { groupIds: [group.id] })
  await made(
    house.admin,
    { kind: 'contains', keywords: ['退'] },
    text('转售后', { kind: 'group', groupId: group.id }),
  )
  await made(
    house.admin,
    { kind: 'contains', keywords: ['小林'] },
    { kind: 'agent', uid: named.uid },
  )
  await made(
    house.admin,
    { kind: 'menu', keywords: ['KEFU'] },
    text('接通中', { kind: 'group', groupId: group.id }),
  )
  const stands = async () =>
    house.rows<{ state: number; lane: string | null; uid: number | null; kind: string }>(
      'select state, lane, uid, kind from message_session order by add_time desc limit 1',
    )

  const first = await follower(house)
  await first.says('我要退货')
  assert.deepEqual(await stands(), [
    { state: 3, lane: groupLane(group.id, await accountOf(house)), uid: null, kind: 'group' },
  ])
  const second = await follower(house)
  await second.says('小林在吗')
  assert.deepEqual(
    await stands(),
    [{ state: 0, lane: null, uid: named.uid, kind: 'user' }],
    'the named person is there and has room',
  )
  const third = await follower(house)
  await third.says('在吗')
  assert.deepEqual(
    (await stands()).map((row) => row.lane),
    [await commonOf(house)],
  )
  assert.match((await third.says('我要退款')).shown[0]?.text ?? '', /转售后/)
  assert.deepEqual(
    (await stands()).map((row) => row.lane),
    [groupLane(group.id, await accountOf(house))],
    'who waits is sent on',
  )
  const fourth = await follower(house)
  assert.match((await fourth.does('CLICK', { eventKey: 'KEFU' })).shown[0]?.text ?? '', /接通中/)
  assert.deepEqual(
    (await stands()).map((row) => row.lane),
    [groupLane(group.id, await accountOf(house))],
    'a tap that names a group opens a session',
  )

  await eventually(async () => {
    assert.equal((await member.call('GET', '/api/sessions?state=queued')).body.items.length, 3)
  })
  assert.deepEqual(
    (await named.call('GET', '/api/sessions?state=queued')).body.items.length,
    0,
    "the group's lane is the group's",
  )
  assert.equal((await member.call('POST', '/api/sessions/claim', {})).status, 200)
})

void test('rules answer during a conversation only where the company wants it', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const agent = await house.agent('agent1')
  const customer = await follower(house)
  await customer.says('在吗')
  assert.equal((await customer.says('几点开门')).shown.length, 1, 'the premise: a rule knows it')
  await agent.call('POST', '/api/sessions/claim', {})
  for (const rulesInConversation of [false, true, false]) {
    await setAll(house, { rulesInConversation })
    const { shown } = await customer.says('几点开门')
    assert.equal(shown.length, Number(rulesInConversation))
  }
})

void test('rules do not answer during conversations in a new company, but do in an older one that never chose', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const agent = await house.agent('agent1')
  const customer = await follower(house)
  await customer.says('在吗')
  await agent.call('POST', '/api/sessions/claim', {})
  const speaks = async () =>
    (await house.admin.call('GET', '/api/settings')).body.rulesInConversation as boolean
  assert.deepEqual([await speaks(), (await customer.says('几点开门')).shown], [false, []])

  await house.app.ports.store.work('rest', (unit) =>
    unit.sql.run("update company set settings = '{}'"),
  )
  await setAll(house, { windowFirst: true })
  assert.deepEqual([await speaks(), (await customer.says('几点开门')).shown.length], [true, 1])
  const made = await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  assert.equal(made.status, 201)
  const b = await signIn(house.url, 'boss-b')
  assert.equal((await b.call('GET', '/api/settings')).body.rulesInConversation, false)
})

void test('while rules are replaced, every push is answered by either the old or the new rules, in every process', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const set = (name: string) => ({
    mode: 'replace',
    rules: ['甲', '乙']
      .map((word) => ({
        name: `${name} ${word}`,
        match: { kind: 'contains', keywords: [word] },
        action: text(name),
      }))
      .concat([{ name: `${name} else`, match: { kind: 'default' } as never, action: text(name) }]),
  })
  assert.equal((await house.admin.call('POST', '/api/rules/import', set('A'))).status, 200)
  const customers = await Promise.all([1, 2, 3, 4].map(() => follower(house)))
  await eventually(async () => {
    assert.equal((await customers[0]!.says('甲')).shown[0]?.text, 'A')
  }, 'everywhere')
  let turns = 0
  let over = false
  const changing = (async () => {
    for (; turns < times(30, 300); turns += 1) {
      assert.equal(
        (await house.admin.call('POST', '/api/rules/import', set(turns % 2 === 0 ? 'B' : 'A')))
          .status,
        200,
      )
    }
    over = true
  })()
  const seen = new Set<string>()
  await Promise.all(
    customers.map(async (customer, at) => {
      for (let n = 0; !over; n += 1) {
        const answer = (await customer.says(['甲', '乙', '丙', '甲乙'][(n + at) % 4]!)).shown.map(
          (one) => one.text,
        )
        assert.equal(answer.length, 1, 'there is no moment without rules')
        assert.match(answer[0] ?? '', /^[AB]$/)
        seen.add(answer[0] ?? '')
      }
    }),
  )
  await changing
  assert.deepEqual([...seen].sort(), ['A', 'B'], 'both were met')
})

/**
 * Returns what a single process answers to pushes that are sent to it directly instead of through
 * the balancer.
 */
async function askedAt(url: string, words: string, n: number): Promise<string> {
  const answer = await fetch(`${url}/wechat/${testAccount.appid}?${signed()}`, {
    method: 'POST',
    body: textXml('oEachProcess', `7${Date.now()}${n}`, words),
  })
  return /<Content><!\[CDATA\[(.*?)\]\]>/.exec(await answer.text())?.[1] ?? ''
}

void test('a changed rule is in use within a second, in other processes too', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const rule = await made(house.admin, { kind: 'contains', keywords: ['价'] }, text('零'))
  let pushes = 0
  for (const words of ['一', '二', '三', '四']) {
    for (const url of house.urls) await askedAt(url, '报价', pushes++)
    const answer = await house.admin.call('PUT', `/api/rules/${rule.id}`, {
      name: 'r',
      match: { kind: 'contains', keywords: ['价'] },
      action: text(words),
    })
    assert.equal(answer.status, 200)
    const since = performance.now()
    await Promise.all(
      house.urls.map((url) =>
        eventually(async () => {
          assert.equal(await askedAt(url, '报价', pushes++), words)
        }, 'everywhere'),
      ),
    )
    t.diagnostic(
      `${house.urls.length} processes answered with the new rule after ${(performance.now() - since).toFixed(0)} ms`,
    )
  }
})

void test('hits of rules are counted, and unanswered questions are listed until a rule answers them or somebody dismisses them', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const customer = await follower(house)
  for (const words of [
    '几点开门',
    '几点关门',
    '发票怎么开',
    '怎么开发票',
    '怎么开发票',
    '停车方便吗',
  ]) {
    await customer.says(words)
  }
  await eventually(async () => {
    const rules = (await house.admin.call('GET', '/api/rules?limit=200')).body.items as any[]
    assert.deepEqual(
      rules
        .filter((rule) => rule.hits.total > 0)
        .map((rule) => [rule.name, rule.hits.total, rule.hits.recent]),
      [['营业时间 / Hours', 2, 2]],
    )
  }, 'tally')
  await eventually(async () => {
    const groups = (await house.admin.call('GET', '/api/rules/unmatched')).body.items as any[]
    assert.deepEqual(
      groups.map((group) => [group.text, group.times, group.keyword]),
      [
        ['怎么开发票', 3, '怎么开'],
        ['停车方便吗', 1, '停车方便吗'],
      ],
    )
  }, 'tally')
  await made(house.admin, { kind: 'contains', keywords: ['发票'] }, text('电子发票'))
  await eventually(async () => {
    assert.deepEqual(
      ((await house.admin.call('GET', '/api/rules/unmatched')).body.items as any[]).map(
        (group) => group.text,
      ),
      ['停车方便吗'],
    )
  }, 'tally')
  const [left] = (await house.admin.call('GET', '/api/rules/unmatched')).body.items as any[]
  await house.admin.call('POST', '/api/rules/unmatched/dismiss', { hashes: left.hashes })
  assert.deepEqual((await house.admin.call('GET', '/api/rules/unmatched')).body.items, [])
})
