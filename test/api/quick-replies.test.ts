import assert from 'node:assert/strict'
import test from 'node:test'
import { as, type Asking } from '../support/api.ts'
import { openHouse } from '../support/app.ts'
import { follower } from '../support/follower.ts'

const at = '/api/quick-replies'
const words = (text: string) => ({ type: 'text', text })
const make = async (who: Asking, title: string, more: object = {}) =>
  (
    await who
      .post(at)
      .send({ title, content: words(title), ...more })
      .expect(201)
  ).body
const titles = async (who: Asking, query: object = {}): Promise<string[]> =>
  (await who.get(at).query(query).expect(200)).body.items
    .map((one: { title: string }) => one.title)
    .sort()

void test("an agent's own quick replies are seen by nobody else; those of the company are seen by all and changed only by supervisors", async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const admin = as(house.admin)
  const [mine, other] = [as(await house.agent('agent1')), as(await house.agent('agent2'))]
  const own = await make(mine, '问好', { content: words('您好，我是{agent}') })
  assert.deepEqual(
    [own.scope, own.useCount, own.content.text],
    ['personal', 0, '您好，我是{agent}'],
  )
  await mine
    .post(at)
    .send({ scope: 'shared', title: 'x', content: words('x') })
    .expect(403)
  const shared = await make(admin, '运费', { scope: 'shared', content: words('满 99 元包邮') })

  assert.deepEqual(await titles(mine), ['运费', '问好'])
  assert.deepEqual(await titles(other), ['运费'])
  assert.deepEqual(await titles(admin), ['运费'], 'not even the admin')
  assert.deepEqual(await titles(mine, { search: '包邮' }), ['运费'])
  assert.deepEqual(await titles(mine, { scope: 'personal' }), ['问好'])
  const put = { title: '偷', content: words('偷') }
  await other.get(`${at}/${own.id}`).expect(404)
  await other.put(`${at}/${own.id}`).send(put).expect(404)
  await other.delete(`${at}/${own.id}`).expect(404)
  await other.post(`${at}/${own.id}/use`).send({}).expect(404)
  await mine.put(`${at}/${shared.id}`).send(put).expect(403)
  await mine.delete(`${at}/${shared.id}`).expect(403)
  const renamed = { title: '问候', content: words('您好') }
  const { body: after } = await mine.put(`${at}/${own.id}`).send(renamed).expect(200)
  assert.equal(after.title, '问候')
  await mine.delete(`${at}/${own.id}`).expect(200)
  await mine.get(`${at}/${own.id}`).expect(404)
})

void test('using a quick reply fills in its variables for the session and counts the use, and the most used come first', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const agent = as(await house.agent('agent1'))
  await (await follower(house)).says('在吗')
  const { body: session } = await agent.post('/api/sessions/claim').send({}).expect(200)
  await agent.patch(`/api/customers/${session.customer.id}`).send({ alias: '王女士' }).expect(200)
  const hello = await make(agent, 'hello', {
    content: words('{nickname|您}好，{agent}为您服务，{account}'),
  })
  const bye = await make(agent, 'bye', { content: words('再见') })
  const use = (id: string, body: object) => agent.post(`${at}/${id}/use`).send(body).expect(200)
  const { body: used } = await use(hello.id, { sessionId: session.id })
  assert.deepEqual([used.content.text, used.useCount], ['王女士好，agent1为您服务，Test', 1])
  await use(bye.id, {})
  await use(bye.id, {})
  const { body: list } = await agent.get(at).expect(200)
  assert.deepEqual(
    list.items.map((one: any) => [one.title, one.useCount]),
    [
      ['bye', 2],
      ['hello', 1],
    ],
  )
  // the content of the used quick reply can be passed to sendMessage unchanged
  await agent
    .post(`/api/sessions/${session.id}/messages`)
    .send({ clientMsgId: 'q', ...used.content })
    .expect(202)
  // an agent who may not see the session gets nothing filled in
  const other = as(await house.agent('agent2'))
  const theirs = await make(other, 'x')
  await other.post(`${at}/${theirs.id}/use`).send({ sessionId: session.id }).expect(404)
})

void test('when a group of quick replies is deleted, its replies stay without a group', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const groups = '/api/quick-reply-groups'
  const [admin, agent] = [as(house.admin), as(await house.agent('agent1'))]
  const { body: group } = await agent.post(groups).send({ name: '售前' }).expect(201)
  const reply = await make(agent, 'a', { groupId: group.id })
  const { body: inGroup } = await agent.get(at).query({ groupId: group.id }).expect(200)
  assert.deepEqual(
    inGroup.items.map((one: any) => one.id),
    [reply.id],
  )
  // a shared reply cannot be put into a personal group
  await admin
    .post(at)
    .send({ scope: 'shared', title: 'b', content: words('b'), groupId: group.id })
    .expect(404)
  const { body: renamed } = await agent
    .patch(`${groups}/${group.id}`)
    .send({ name: '售后' })
    .expect(200)
  assert.equal(renamed.name, '售后')
  assert.deepEqual((await admin.get(groups).expect(200)).body.items, [])
  await agent.delete(`${groups}/${group.id}`).expect(200)
  assert.equal((await agent.get(`${at}/${reply.id}`).expect(200)).body.groupId, null)
})
