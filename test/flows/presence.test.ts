// Presence: what is shown about a person is also what assignment uses.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, password, post, signIn, type Actor, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { presence, runJob, sessionOf, setAll } from '../support/seen.ts'

type Context = { after: (close: () => Promise<void>) => void }
const minute = 60_000

async function open(t: Context): Promise<House> {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  await setAll(house, { sessionRule: 'even' })
  return house
}

/**
 * Returns the person's presence, and fails if the list of people or the directory shows another
 * one.
 */
async function shown(house: House, { uid }: Actor): Promise<string> {
  const { items } = (await house.admin.call('GET', '/api/directory')).body
  const inDirectory = items.find((one: { uid: number }) => one.uid === uid)
  const person = (await house.admin.call('GET', `/api/users/${uid}`)).body
  const listed = (await house.admin.call('GET', '/api/users')).body.items
  assert.equal(
    listed.find((one: { uid: number }) => one.uid === uid).presence,
    person.presence,
    'one and all',
  )
  if (inDirectory) assert.equal(inDirectory.presence, person.presence, 'directory and people')
  return person.presence
}

async function isGiven(house: House, { uid }: Actor): Promise<boolean> {
  const customer = await follower(house)
  await customer.says('你好')
  return (await sessionOf(house, customer)).agentUid === uid
}

void test('a person who has made no call for 15 minutes is shown as offline and assigned nobody; their next call brings them back', async (t) => {
  const house = await open(t)
  await (await house.agent('agent0')).call('POST', '/api/logout', {})
  const agent = await house.agent('agent1')
  assert.deepEqual([await shown(house, agent), await isGiven(house, agent)], ['online', true])

  await house.app.advanceTo(14 * minute)
  assert.deepEqual([await shown(house, agent), await isGiven(house, agent)], ['online', true])
  assert.equal((await agent.call('GET', '/api/me')).body.presence, 'online')
  await eventually(async () => {
    const [row] = await house.rows<{ seen_at: number }>('select seen_at from user where uid = ?', [
      agent.uid,
    ])
    assert.ok(Number(row?.seen_at) >= house.app.ports.clock.now() - minute, 'the call is written')
  })
  await house.app.advanceTo(28 * minute)
  assert.equal(await shown(house, agent), 'online', 'the call at 14 minutes counts')

  await house.app.advanceTo(30 * minute)
  assert.deepEqual([await shown(house, agent), await isGiven(house, agent)], ['offline', false])
  await house.admin.call('GET', '/api/me')
  const waiting = (await house.admin.call('GET', '/api/sessions?state=queued')).body.items
  assert.equal(waiting.length, 1)
  assert.equal((await agent.call('GET', '/api/me')).body.presence, 'online')
  await runJob(house.admin, 'assign')
  assert.deepEqual([await shown(house, agent), await isGiven(house, agent)], ['online', true])
})

void test("signing out or setting one's presence is visible at once, and away expires like online", async (t) => {
  const house = await open(t)
  await (await house.agent('agent0')).call('POST', '/api/logout', {})
  const agent = await house.agent('agent1')
  for (const status of ['away', 'offline', 'online']) {
    await presence(agent, status)
    assert.equal(await shown(house, agent), status)
    assert.equal((await agent.call('GET', '/api/me')).body.presence, status)
    assert.equal(await isGiven(house, agent), status === 'online')
  }
  await presence(agent, 'away')
  await house.app.advanceTo(16 * minute)
  assert.equal(await shown(house, agent), 'offline')

  const [forgotten, used] = [await signIn(house.url, 'agent1'), await signIn(house.url, 'agent1')]
  assert.equal(await shown(house, used), 'online')
  await house.app.advanceTo(32 * minute)
  const last = await signIn(house.url, 'agent1')
  assert.equal((await last.call('POST', '/api/logout', {})).status, 200)
  assert.equal(await shown(house, agent), 'offline', 'sign-ins that nobody uses hold nothing')
  assert.equal((await forgotten.call('GET', '/api/me')).status, 200)

  await presence(used, 'online')
  assert.equal(await shown(house, agent), 'online')
  await house.admin.call('PATCH', `/api/users/${agent.uid}`, { enabled: false })
  assert.equal(await shown(house, agent), 'offline')
  await house.admin.call('PATCH', `/api/users/${agent.uid}`, { enabled: true })
  assert.equal(await shown(house, agent), 'offline', 'nobody has signed in')
})

void test('the answer to a sign-in contains the presence that the sign-in sets', async (t) => {
  const house = await open(t)
  await house.agent('agent1')
  const { user } = await post(`${house.url}/api/login`, { username: 'agent1', password })
  assert.equal(user.presence, 'online')
})
