// Two companies on one installation: nothing of one can be read or changed by the other. Every
// route is tried.
import assert from 'node:assert/strict'
import test from 'node:test'
import { routes } from '../../src/http/routes.ts'
import { as, asNobody } from '../support/api.ts'
import {
  testAccount,
  openHouse,
  password,
  post,
  signIn,
  type Actor,
  type House,
} from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { refuseLines } from '../support/obstacles.ts'

/**
 * The ids of company A by the first word of the path in which they are used, so that an admin of
 * company B can try them.
 */
async function idsOf(house: House): Promise<Record<string, string>> {
  const customer = await follower(house)
  await customer.says('你好')
  const actor = await house.agent('agent1')
  const [admin, agent] = [as(house.admin), as(actor)]
  const { body: session } = await agent.post('/api/sessions/claim').send({}).expect(200)
  const pdf = Buffer.from('%PDF-1.7 of A')
  const { body: file } = await agent.post('/api/media').attach('file', pdf, 'a.pdf').expect(201)
  const first = async (path: string) => (await admin.get(path).expect(200)).body.items[0].id
  const made = async (path: string, body: object) =>
    String((await admin.post(path).send(body).expect(201)).body.id)
  const accountId = await first('/api/accounts')
  const line = await first(`/api/sessions/${session.id}/messages`)
  house.announce({ refused: true })
  await refuseLines(house, 'poison')
  await customer.says('poison')
  const reply = { scope: 'shared', title: 'q', content: { type: 'text', text: 'q' } }
  return {
    pushes: await first('/api/pushes/refused'),
    receptions: await made('/api/receptions', { accountId, scene: 'a', name: 'A', qr: false }),
    media: file.id,
    sessions: session.id,
    messages: line,
    customers: session.customer.id,
    users: String(actor.uid),
    groups: await made('/api/groups', { name: '售后' }),
    accounts: accountId,
    'quick-replies': await made('/api/quick-replies', reply),
    'quick-reply-groups': await made('/api/quick-reply-groups', { scope: 'shared', name: 'g' }),
    rules: await first('/api/rules'),
  }
}

/** Creates another company with its admin. */
async function companyB(house: House): Promise<{ id: string; boss: Actor }> {
  const boss = { username: 'boss-b', password }
  const body = { name: 'B', admin: boss }
  const made = await as(house.admin).post('/api/companies').send(body).expect(201)
  return { id: made.body.id, boss: await signIn(house.url, boss.username) }
}

/**
 * Bodies that the routes would accept from the company to which the things belong, so a refusal is
 * not due to the body.
 */
const bodies: Record<string, object> = {
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

void test('an admin of company B gets 404 for every id of company A, on every route that takes an id', async (t) => {
  // scheduled jobs are off, because one of them reads refused pushes again, and nothing may change
  // during this test
  const house = await openHouse({ withoutCron: true })
  t.after(() => house.close())
  const ids = await idsOf(house)
  const { id: companyId, boss } = await companyB(house)
  const b = as(boss)
  // routes for third-party platforms are left out: platforms belong to the installation, and every
  // company authorises its own accounts through them
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
          companyId,
        ]),
      ),
    )
  const before = await everything()
  for (const route of taking) {
    const id = ids[route.path.split('/')[2] ?? '']
    assert.ok(id, `the test knows an id for ${route.path}`)
    const body =
      route.method === 'get' ? undefined : (bodies[`${route.method} ${route.path}`] ?? {})
    await b[route.method](route.path.replace(/:\w+/, id)).send(body).expect(404)
  }
  assert.deepEqual(await everything(), before)

  for (const route of routes.filter(
    (one) =>
      one.method === 'get' &&
      !one.path.includes(':') &&
      one.path !== '/api/openapi.json' &&
      one.who !== 'operator',
  )) {
    const { text: seen } = await b.get(route.path)
    for (const id of Object.values(ids).filter((one) => one.length > 8)) {
      assert.ok(!seen.includes(id), `${route.path} shows ${id}`)
    }
  }
  await b
    .post('/api/sessions/close')
    .send({ ids: [ids['sessions']] })
    .expect(200, { closed: [], failed: [{ id: ids['sessions'], code: 'not_found' }] })
  // the admin of company B is refused the list of companies, because only the operator of the
  // installation may read it
  await b.get('/api/companies').expect(403)
})

void test('company B cannot name people, groups or customers of company A in its calls', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const ids = await idsOf(house)
  const b = as((await companyB(house)).boss)
  const mine = { ...testAccount, appid: 'wx000000000000000b', originalId: 'gh_b' }
  await b
    .post('/api/accounts')
    .send({ kind: 'wechat', binding: 'direct', ownLane: false, ...mine })
    .expect(201)
  await post(`${house.simulator}/sim/accounts`, {
    ...mine,
    callbackUrl: `${house.url}/wechat/${mine.appid}`,
  })
  await (await follower(house, mine.appid)).says('你好')
  const { body: session } = await b.post('/api/sessions/claim').send({}).expect(200)
  assert.equal(session.stateCode, 1, 'the premise: a session of its own')

  const foreign = {
    agentUid: Number(ids['users']),
    groupId: Number(ids['groups']),
    customerId: ids['customers'],
  }
  const own = `/api/sessions/${session.id}`
  const tries: [string, object, number][] = [
    [`${own}/transfer`, { agentUid: foreign.agentUid }, 400],
    [`${own}/transfer`, { groupId: foreign.groupId }, 400],
    [`${own}/members`, { uids: [foreign.agentUid] }, 400],
    [`${own}/notes`, { text: `@${foreign.agentUid} 看一下` }, 400],
    ['/api/sessions', { customerId: foreign.customerId }, 404],
  ]
  for (const [path, body, status] of tries) await b.post(path).send(body).expect(status)
  const { body: theirs } = await b
    .get('/api/sessions')
    .query({ state: 'active', agentUid: foreign.agentUid })
    .expect(200)
  assert.deepEqual(theirs.items, [])
  assert.equal((await b.get(own).expect(200)).body.fence, session.fence, 'nothing has moved')
})

void test('every route refuses callers who are not signed in, unless it is open to everyone', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  for (const route of routes.filter((one) => one.who !== 'everyone')) {
    await asNobody(house)[route.method](route.path.replace(/:\w+/, '1')).expect(401)
  }
})
