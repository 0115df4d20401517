// A push that the database refuses is not lost: a line stands in its place, admins see it, and a
// job reads it again.
import assert from 'node:assert/strict'
import test from 'node:test'
import { rereadRefused } from '../../src/actions/push/reread-refused.ts'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { follower, type Follower } from '../support/follower.ts'
import { refuseLines } from '../support/obstacles.ts'
import { testAccount } from '../support/app.ts'
import { textXml } from '../support/raw-push.ts'
import { runJob, sessionOf, setAll } from '../support/seen.ts'

type Line = {
  id: string
  seq: number
  text?: string
  type: string
  messageType: number
  refused?: true
}
type Refused = {
  id: string
  openid: string
  kind: string
  xml: string
  sessionId: string | null
  rereadAt: string | null
  readAt: string | null
}

const linesOf = async (who: Actor, id: string) =>
  (await who.call('GET', `/api/sessions/${id}/messages`)).body.items as Line[]
const listOf = async (house: House) =>
  (await house.admin.call('GET', '/api/pushes/refused')).body as { items: Refused[]; open: number }

/**
 * Makes a session that was claimed with a greeting in an older version, which did not count the
 * greeting as a line.
 */
async function brokenByGreeting(
  house: House,
): Promise<{ customer: Follower; agent: Actor; id: string }> {
  const customer = await follower(house)
  await customer.says('在吗')
  const agent = await house.agent('agent1')
  await setAll(house, { greeting: '您好' })
  const { id } = await sessionOf(house, customer)
  assert.equal((await agent.call('POST', `/api/sessions/${id}/claim`, {})).status, 200)
  const [first] = await linesOf(house.admin, id)
  await house.app.ports.store.work('rest', (unit) =>
    unit.sql.run(
      'update message_session set seq = 1, agent_offset = 0, last_message_id = ? where session_id = ?',
      [first?.id ?? '', id],
    ),
  )
  return { customer, agent, id }
}

/** Stores a refused push as an older version left it: only in the inbox. */
async function swallow(house: House, openid: string, texts: string[]): Promise<void> {
  const { ports } = house.app
  const known = await ports.known.account(testAccount.appid)
  assert.ok(known)
  const { company_id, account_id } = known
  for (const text of texts) {
    const inbox_id = ports.ids()
    const row = {
      inbox_id,
      company_id,
      account_id,
      openid,
      kind: 'text',
      created_at: ports.clock.now(),
    }
    const kept = { message_id: null, reader: 0, reread_at: null, read_at: null, read_by: null }
    const xml = textXml(openid, inbox_id, text)
    await ports.store.work('rest', async (unit) => {
      await unit.inbox.add([{ ...row, dedup_key: inbox_id, state: 'refused', raw_xml: xml }])
      unit.refused.add({ ...row, ...kept })
    })
  }
}

async function isWhole(house: House, id: string): Promise<void> {
  const session = (await house.admin.call('GET', `/api/sessions/${id}`)).body as {
    seq: number
    visitorOffset: number
    agentOffset: number
  }
  const lines = await linesOf(house.admin, id)
  assert.deepEqual(
    lines.map((line) => line.seq),
    lines.map((_, n) => n + 1),
  )
  assert.deepEqual(
    [session.seq, session.visitorOffset + session.agentOffset],
    [lines.length, lines.length],
  )
}

void test("a session with wrong counters because of a greeting is repaired by a job, and its customer's refused messages are added in order, once", async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ refused: true })
  const { customer, agent, id } = await brokenByGreeting(house)
  await swallow(house, customer.openid, ['一', '二', '三'])
  assert.equal((await listOf(house)).open, 3)
  assert.deepEqual(await runJob(house.admin, 'reread-refused'), { mended: 1, reread: 3, still: 0 })
  assert.deepEqual(
    (await linesOf(agent, id)).map((line) => line.text),
    ['在吗', '您好', '一', '二', '三'],
  )
  await isWhole(house, id)
  const session = (await agent.call('GET', `/api/sessions/${id}`)).body as {
    unansweredSince: string | null
    unread: number
  }
  assert.ok(session.unansweredSince, 'an answer is owed')
  assert.deepEqual(await runJob(house.admin, 'reread-refused'), { mended: 0, reread: 0, still: 0 })
  assert.equal((await listOf(house)).open, 0)
  const reply = { clientMsgId: 'a', type: 'text', text: '久等了' }
  assert.equal((await agent.call('POST', `/api/sessions/${id}/messages`, reply)).status, 202)
  await customer.says('四')
  assert.equal((await linesOf(agent, id)).at(-1)?.text, '四')
  await isWhole(house, id)
})

void test('refused messages that two runs of the job read at once are added once', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ refused: true })
  const customer = await follower(house)
  await customer.says('在吗')
  await swallow(house, customer.openid, ['一', '二', '三'])
  const { ports } = house.app
  const known = await ports.known.account(testAccount.appid)
  assert.ok(known)
  const runs = await Promise.all([1, 2].map(() => rereadRefused(ports, known.company_id)))
  const { id } = await sessionOf(house, customer)
  assert.deepEqual(
    (await linesOf(house.admin, id)).map((line) => line.text),
    ['在吗', '一', '二', '三'],
  )
  assert.deepEqual(
    runs.map((run) => run.still),
    [0, 0],
  )
  await isWhole(house, id)
  assert.equal((await listOf(house)).open, 0)
})

void test('a push into a session with wrong counters repairs the session and is stored', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  const { customer, agent, id } = await brokenByGreeting(house)
  assert.equal((await customer.says('听得到吗')).status, 200)
  assert.deepEqual(
    (await linesOf(agent, id)).map((line) => line.text),
    ['在吗', '您好', '听得到吗'],
  )
  await isWhole(house, id)
  assert.deepEqual((await listOf(house)).items, [])
})

void test('a job adds a refused message to the session it belongs to, even if that has closed since, and lists its customer as missed', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ refused: true })
  const { customer, agent, id } = await brokenByGreeting(house)
  await swallow(house, customer.openid, ['还在吗'])
  assert.equal((await agent.call('POST', `/api/sessions/${id}/close`, {})).status, 200)
  assert.equal((await runJob(house.admin, 'reread-refused'))['reread'], 1)
  assert.equal((await linesOf(agent, id)).at(-1)?.text, '还在吗')
  await isWhole(house, id)
  const missed = (await agent.call('GET', '/api/sessions?state=missed')).body.items as {
    id: string
  }[]
  assert.deepEqual(
    missed.map((session) => session.id),
    [id],
  )
})

void test('the list of refused pushes tells of what kind each was, and not of what kind the line in its place is', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ refused: true })
  await refuseLines(house, 'poison')
  const customer = await follower(house)
  await customer.says('poison')
  await customer.says('', { type: 'link', link: { title: '', description: '', url: 'poison' } })
  await customer.does('CLICK', { eventKey: 'poison' })
  const { id } = await sessionOf(house, customer)
  assert.deepEqual(
    (await linesOf(house.admin, id)).map((line) => line.type),
    ['other', 'other', 'event'],
  )
  assert.deepEqual(
    (await listOf(house)).items.map((item) => item.kind),
    ['event:click', 'line', 'text'],
  )
})

void test('a refused push is shown as a line of type 0 in its session, and admins are warned until one has seen it or a job could read it', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ refused: true })
  await refuseLines(house, 'poison')
  const [one, two] = [await follower(house), await follower(house)]
  for (const customer of [one, two]) {
    assert.equal((await customer.says('poison', { copies: 3 })).status, 200)
    await customer.says('你好')
  }
  const { id } = await sessionOf(house, one)
  assert.deepEqual(
    (await linesOf(house.admin, id)).map((line) => [
      line.seq,
      line.type,
      line.messageType,
      line.refused,
    ]),
    [
      [1, 'other', 0, true],
      [2, 'text', 1, undefined],
    ],
  )
  const list = await listOf(house)
  assert.deepEqual(
    [list.open, list.items.map((item) => item.openid)],
    [2, [two.openid, one.openid]],
  )
  assert.match(list.items[1]?.xml ?? '', /poison/)
  assert.equal(list.items[1]?.sessionId, id)
  const paged = (await house.admin.call('GET', '/api/pushes/refused?limit=1')).body as {
    next: string
  }
  const rest = (await house.admin.call('GET', `/api/pushes/refused?limit=1&cursor=${paged.next}`))
    .body
  assert.deepEqual([rest.items[0].openid, rest.next], [one.openid, null])
  assert.match(await house.metrics(), /^kefu_refused_pushes_open 2$/m)

  const agent = await house.agent('agent1')
  const path = `/api/pushes/refused/${list.items[0]?.id ?? ''}/read`
  assert.equal((await agent.call('GET', '/api/pushes/refused')).status, 403)
  assert.equal((await agent.call('POST', path, {})).status, 403)
  assert.equal((await house.admin.call('POST', '/api/pushes/refused/nothing/read', {})).status, 404)
  const read = await house.admin.call('POST', path, {})
  assert.deepEqual([read.status, read.body.readByUid], [200, house.admin.uid])
  assert.equal((await listOf(house)).open, 1)

  assert.deepEqual(await runJob(house.admin, 'reread-refused'), { mended: 0, reread: 2, still: 0 })
  assert.deepEqual(
    (await linesOf(house.admin, id)).map((line) => line.text),
    ['poison', '你好'],
    'its own words stand where the line stood',
  )
  assert.equal((await listOf(house)).open, 0)
})
