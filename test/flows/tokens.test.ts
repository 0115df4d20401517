// Each account has one access token, whichever process sends; fetching a second one could
// invalidate the first.
import assert from 'node:assert/strict'
import test from 'node:test'
import { testAccount, openHouse, post, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'

type Call = { path: string; errcode?: number; request: { force_refresh?: boolean } }

const calls = async (house: House, path: string): Promise<Call[]> =>
  ((await (await fetch(`${house.simulator}/sim/ledger`)).json()) as { items: Call[] }).items.filter(
    (item) => item.path === path,
  )
const fetched = (house: House) => calls(house, '/cgi-bin/stable_token')
const sent = (house: House) => calls(house, '/cgi-bin/message/custom/send')

async function desks(t: { after: (close: () => Promise<void>) => void }, count: number) {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const agent = await house.agent('agent1')
  const sessions: string[] = []
  for (let i = 0; i < count; i++) {
    const customer = await follower(house)
    await customer.says('在吗')
    sessions.push((await agent.call('POST', '/api/sessions/claim', {})).body.id)
  }
  const replyToAll = async (name: string) => {
    const before = (await sent(house)).filter(({ errcode }) => errcode === 0).length
    await Promise.all(
      sessions.map((id) =>
        agent.call('POST', `/api/sessions/${id}/messages`, {
          clientMsgId: `${name}-${id}`,
          type: 'text',
          text: name,
        }),
      ),
    )
    await eventually(async () => {
      assert.equal(
        (await sent(house)).filter(({ errcode }) => errcode === 0).length,
        before + sessions.length,
      )
    })
  }
  return { house, replyToAll }
}

void test('however many replies are sent at once, the access token is fetched once, and renewed once when it becomes invalid', async (t) => {
  const { house, replyToAll } = await desks(t, 12)
  await replyToAll('first')
  assert.equal((await fetched(house)).length, 1)
  await post(`${house.simulator}/sim/faults`, {
    kind: 'expireToken',
    path: '/cgi-bin/message/custom/send',
  })
  await replyToAll('second')
  assert.ok(
    (await sent(house)).some(({ errcode }) => errcode === 42001),
    'the token died',
  )
  assert.equal((await fetched(house)).length, 2)
})

void test('an access token that another system forced WeChat to replace is taken over instead of being replaced again', async (t) => {
  const { house, replyToAll } = await desks(t, 6)
  await replyToAll('first')
  await post(`${house.simulator}/sim/clock`, { advanceMs: 31_000 })
  const theirs = (await post(`${house.simulator}/cgi-bin/stable_token`, {
    grant_type: 'client_credential',
    appid: testAccount.appid,
    secret: testAccount.appSecret,
    force_refresh: true,
  })) as { access_token: string }
  await replyToAll('second')
  assert.ok(
    (await sent(house)).some(({ errcode }) => errcode === 40001),
    'the token before was dead',
  )
  assert.equal(
    (await fetched(house)).filter(({ request }) => request.force_refresh).length,
    1,
    'theirs',
  )
  const still = await post(`${house.simulator}/cgi-bin/stable_token`, {
    grant_type: 'client_credential',
    appid: testAccount.appid,
    secret: testAccount.appSecret,
  })
  assert.equal((still as { access_token: string }).access_token, theirs.access_token)
})
