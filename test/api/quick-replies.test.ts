import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse } from '../support/app.ts'
import { follower } from '../support/follower.ts'

const words = (text: string) => ({ type: 'text', text })

void test("one's own quick replies are nobody else's, the company's are everyone's and kept by supervisors", async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const [mine, other] = [await house.agent('agent1'), await house.agent('agent2')]
  const own = (
    await mine.call('POST', '/api/quick-replies', {
      title: '问好',
      content: words('您好，我是{agent}'),
    })
  ).body
  assert.deepEqual(
    [own.scope, own.useCount, own.content.text],
    ['personal', 0, '您好，我是{agent}'],
  )
  assert.equal(
    (
      await mine.call('POST', '/api/quick-replies', {
        scope: 'shared',
        title: 'x',
        content: words('x'),
      })
    ).status,
    403,
  )
  const shared = (
    await house.admin.call('POST', '/api/quick-replies', {
      scope: 'shared',
      title: '运费',
      content: words('满 99 元包邮'),
    })
  ).body

  const titles = async (actor: typeof mine, query = '') =>
    (await actor.call('GET', `/api/quick-replies${query}`)).body.items
      .map((one: any) => one.title)
      .sort()
  assert.deepEqual(await titles(mine), ['运费', '问好'])
  assert.deepEqual(await titles(other), ['运费'])
  assert.deepEqual(await titles(house.admin), ['运费'], 'not even the admin')
  assert.deepEqual(await titles(mine, `?search=${encodeURIComponent('包邮')}`), ['运费'])
  assert.deepEqual(await titles(mine, '?scope=personal'), ['问好'])
  const put = { title: '偷', content: words('偷') }
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['PUT', '', put],
    ['DELETE', '', undefined],
    ['POST', '/use', {}],
  ] as const) {
    assert.equal(
      (await other.call(method, `/api/quick-replies/${own.id}${path}`, body)).status,
      404,
      method,
    )
  }
  assert.equal((await mine.call('PUT', `/api/quick-replies/${shared.id}`, put)).status, 403)
  assert.equal((await mine.call('DELETE', `/api/quick-replies/${shared.id}`)).status, 403)
  assert.equal(
    (
      await mine.call('PUT', `/api/quick-replies/${own.id}`, {
        title: '问候',
        content: words('您好'),
      })
    ).body.title,
    '问候',
  )
  assert.equal((await mine.call('DELETE', `/api/quick-replies/${own.id}`)).status, 200)
  assert.equal((await mine.call('GET', `/api/quick-replies/${own.id}`)).status, 404)
})

void test('a quick reply is filled in for its session and counted, and the most used stand first', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const agent = await house.agent('agent1')
  await (await follower(house)).says('在吗')
  const session = (await agent.call('POST', '/api/sessions/claim', {})).body
  await agent.call('PATCH', `/api/customers/${session.customer.id}`, { alias: '王女士' })
  const make = async (title: string, text: string) =>
    (await agent.call('POST', '/api/quick-replies', { title, content: words(text) })).body
  const [hello, bye] = [
    await make('hello', '{nickname|您}好，{agent}为您服务，{account}'),
    await make('bye', '再见'),
  ]
  const used = (
    await agent.call('POST', `/api/quick-replies/${hello.id}/use`, { sessionId: session.id })
  ).body
  assert.deepEqual([used.content.text, used.useCount], ['王女士好，agent1为您服务，Test', 1])
  await agent.call('POST', `/api/quick-replies/${bye.id}/use`, {})
  await agent.call('POST', `/api/quick-replies/${bye.id}/use`, {})
  const list = (await agent.call('GET', '/api/quick-replies')).body.items
  assert.deepEqual(
    list.map((one: any) => [one.title, one.useCount]),
    [
      ['bye', 2],
      ['hello', 1],
    ],
  )
  const sent = await agent.call('POST', `/api/sessions/${session.id}/messages`, {
    clientMsgId: 'q',
    ...used.content,
  })
  assert.equal(sent.status, 202, 'its content is what sendMessage takes')
  const other = await house.agent('agent2')
  await other.call('POST', '/api/quick-replies', { title: 'x', content: words('x') })
  const foreign = await other.call(
    'POST',
    `/api/quick-replies/${(await other.call('GET', '/api/quick-replies')).body.items[0].id}/use`,
    { sessionId: session.id },
  )
  assert.equal(foreign.status, 404, 'a session one may not see fills nothing')
})

void test('a group that is deleted leaves its replies in no group', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const agent = await house.agent('agent1')
  const group = (await agent.call('POST', '/api/quick-reply-groups', { name: '售前' })).body
  const reply = (
    await agent.call('POST', '/api/quick-replies', {
      title: 'a',
      content: words('a'),
      groupId: group.id,
    })
  ).body
  assert.deepEqual(
    (await agent.call('GET', `/api/quick-replies?groupId=${group.id}`)).body.items.map(
      (one: any) => one.id,
    ),
    [reply.id],
  )
  assert.equal(
    (
      await house.admin.call('POST', '/api/quick-replies', {
        scope: 'shared',
        title: 'b',
        content: words('b'),
        groupId: group.id,
      })
    ).status,
    404,
    'a shared reply stands in no personal group',
  )
  assert.equal(
    (await agent.call('PATCH', `/api/quick-reply-groups/${group.id}`, { name: '售后' })).body.name,
    '售后',
  )
  assert.deepEqual((await house.admin.call('GET', '/api/quick-reply-groups')).body.items, [])
  assert.equal((await agent.call('DELETE', `/api/quick-reply-groups/${group.id}`)).status, 200)
  assert.equal((await agent.call('GET', `/api/quick-replies/${reply.id}`)).body.groupId, null)
})
