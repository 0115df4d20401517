// Two companies: no id of one is readable or writable from the other. Driven by the router's own list.
import assert from 'node:assert/strict'
import test from 'node:test'
import { routes } from '../../src/http/routes.ts'
import { account, openHouse, password, post, signIn, type House } from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { refuseLines } from '../support/obstacles.ts'

/** The ids of company A that stand in a path, by the path's first word. */
async function idsOf(house: House): Promise<Record<string, string>> {
  const customer = await follower(house)
  await customer.says('你好')
  const agent = await house.agent('agent1')
  const session = (await agent.call('POST', '/api/sessions/claim', {})).body
  const line = (await agent.call('GET', `/api/sessions/${session.id}/messages`)).body.items[0]
  const file = (await agent.upload(new TextEncoder().encode('%PDF-1.7 of A'), 'a.pdf')).body
  const group = (await house.admin.call('POST', '/api/groups', { name: '售后' })).body
  const accountId = (await house.admin.call('GET', '/api/accounts')).body.items[0].id
  const reception = (
    await house.admin.call('POST', '/api/receptions', {
      accountId,
      scene: 'a',
      name: 'A',
      qr: false,
    })
  ).body
  house.announce({ refused: true })
  await refuseLines(house, 'poison')
  await customer.says('poison')
  const refused = (await house.admin.call('GET', '/api/pushes/refused')).body.items[0]
  return {
    pushes: refused.id,
    receptions: reception.id,
    media: file.id,
    sessions: session.id,
    messages: line.id,
    customers: session.customer.id,
    users: String(agent.uid),
    groups: String(group.id),
    accounts: (await house.admin.call('GET', '/api/accounts')).body.items[0].id,
    'quick-replies': (
      await house.admin.call('POST', '/api/quick-replies', {
        scope: 'shared',
        title: 'q',
        content: { type: 'text', text: 'q' },
      })
    ).body.id,
    'quick-reply-groups': (
      await house.admin.call('POST', '/api/quick-reply-groups', { scope: 'shared', name: 'g' })
    ).body.id,
    rules: (await house.admin.call('GET', '/api/rules')).body.items[0].id,
  }
}

/** A body that its owner's company would take. */
const bodies: Record<string, unknown> = {
  'post /api/sessions/:id/messages': { clientMsgId: 'x1', type: 'text', text: 'x' },
  'post /api/messages/:id/resolve': { delivered: true },
  'post /api/sessions/:id/read': { seq: 1 },
  'post /api/sessions/:id/transfer': { agentUid: 1 },
  'post /api/sessions/:id/members': { uids: [1] },
  'delete /api/sessions/:id/members': { uids: [1] },
  'post /api/sessions/:id/notes': { text: 'stolen' },
  'post /api/sessions/:id/grade': { grade: 1 },
  'patch /api/customers/:id': { alias: 'stolen' },
  'patch /api/users/:uid': { name: 'stolen' },
  'put /api/accounts/:id/identities/:uid': { kfAccount: null },
  'patch /api/receptions/:id': { name: 'stolen' },
  'patch /api/groups/:id': { name: 'stolen' },
  'patch /api/accounts/:id': { name: 'stolen' },
  'put /api/quick-replies/:id': { title: 'stolen', content: { type: 'text', text: 'x' } },
  'patch /api/quick-reply-groups/:id': { name: 'stolen' },
  'put /api/rules/:id': {
    name: 'stolen',
    enabled: true,
    priority: 0,
    match: { kind: 'default' },
    action: { kind: 'text', text: 'x' },
  },
}

void test('no id of company A is readable or writable from company B: 404 on every route that takes one', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const ids = await idsOf(house)
  const made = await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  assert.equal(made.status, 201)
  const b = await signIn(house.url, 'boss-b')
  // a third-party platform belongs to the installation: each company authorises its own accounts through it
  const taking = routes.filter(
    (route) =>
      route.path.startsWith('/api/') &&
      route.path.includes(':') &&
      route.who !== 'operator' &&
      !route.path.startsWith('/api/admin/jobs'),
  )
  assert.ok(taking.length >= 15, 'the router has such routes')

  const everything = async () =>
    Promise.all(
      [
        'message_session',
        'wx_user',
        'message_data',
        'official_account',
        'message_rule',
        'user_group',
        'user',
      ].map((table) =>
        house.app.ports.store.read.sql.all(`select * from ${table} where company_id <> ?`, [
          made.body.id,
        ]),
      ),
    )
  const before = await everything()
  for (const route of taking) {
    const id = ids[route.path.split('/')[2] ?? '']
    assert.ok(id, `the test knows an id for ${route.path}`)
    const body =
      route.method === 'get' ? undefined : (bodies[`${route.method} ${route.path}`] ?? {})
    const answer = await b.call(route.method.toUpperCase(), route.path.replace(/:\w+/, id), body)
    assert.equal(
      answer.status,
      404,
      `${route.method} ${route.path}: ${JSON.stringify(answer.body)}`,
    )
  }
  assert.deepEqual(await everything(), before)

  for (const route of routes.filter(
    (one) =>
      one.method === 'get' &&
      !one.path.includes(':') &&
      one.path !== '/api/openapi.json' &&
      one.who !== 'operator',
  )) {
    const seen = JSON.stringify((await b.call('GET', route.path)).body)
    for (const id of Object.values(ids).filter((one) => one.length > 8)) {
      assert.ok(!seen.includes(id), `${route.path} shows ${id}`)
    }
  }
  const closed = await b.call('POST', '/api/sessions/close', { ids: [ids['sessions']] })
  assert.deepEqual(closed.body, {
    closed: [],
    failed: [{ id: ids['sessions'], code: 'not_found' }],
  })
  assert.equal(
    (await b.call('GET', '/api/companies')).status,
    403,
    'only the operator sees companies',
  )
})

void test('nobody and nothing of company A can be named in what company B does with its own session', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const ids = await idsOf(house)
  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const b = await signIn(house.url, 'boss-b')
  const mine = { ...account, appid: 'wx000000000000000b', originalId: 'gh_b' }
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
  await post(`${house.simulator}/sim/accounts`, {
    ...mine,
    callbackUrl: `${house.url}/wechat/${mine.appid}`,
  })
  await (await follower(house, mine.appid)).says('你好')
  const session = (await b.call('POST', '/api/sessions/claim', {})).body
  assert.equal(session.stateCode, 1, 'the premise: a session of its own')

  const foreign = {
    agentUid: Number(ids['users']),
    groupId: Number(ids['groups']),
    customerId: ids['customers'],
  }
  const tries: [string, string, object, number][] = [
    ['POST', `/api/sessions/${session.id}/transfer`, { agentUid: foreign.agentUid }, 400],
    ['POST', `/api/sessions/${session.id}/transfer`, { groupId: foreign.groupId }, 400],
    ['POST', `/api/sessions/${session.id}/members`, { uids: [foreign.agentUid] }, 400],
    ['POST', `/api/sessions/${session.id}/notes`, { text: `@${foreign.agentUid} 看一下` }, 400],
    ['POST', '/api/sessions', { customerId: foreign.customerId }, 404],
  ]
  for (const [method, path, body, status] of tries) {
    assert.equal(
      (await b.call(method, path, body)).status,
      status,
      `${path} ${JSON.stringify(body)}`,
    )
  }
  assert.deepEqual(
    (await b.call('GET', `/api/sessions?state=active&agentUid=${foreign.agentUid}`)).body.items,
    [],
  )
  assert.equal(
    (await b.call('GET', `/api/sessions/${session.id}`)).body.fence,
    session.fence,
    'nothing has moved',
  )
})

void test('every route asks who is there', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  for (const route of routes.filter((one) => one.who !== 'everyone')) {
    const answer = await fetch(`${house.url}${route.path.replace(/:\w+/, '1')}`, {
      method: route.method.toUpperCase(),
    })
    assert.equal(answer.status, 401, `${route.method} ${route.path}`)
  }
})
