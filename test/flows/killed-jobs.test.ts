// Each job is killed with kill -9 at every step (without --full, at one of them). The final result
// must be the same as without: nothing is left undone or done twice. The list of jobs is the
// product's own, so a new job for which test/support/job-places.ts has no situation fails the test.
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { openSimulator } from 'wechat-simulator'
import { jobs, type Job } from '../../src/actions/jobs/jobs.ts'
import { runSlot } from '../../src/actions/jobs/run-job.ts'
import { selfCheck } from '../../src/actions/self-check/self-check.ts'
import type { House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { makeFolder } from '../support/folder.ts'
import { follower } from '../support/follower.ts'
import { isFull } from '../support/full.ts'
import {
  openStanding,
  stepping,
  type Killing,
  type Standing,
  type WhereKilled,
} from '../support/job-kills.ts'
import { situations, type Situation } from '../support/job-places.ts'
import { sceneIds, write, type JobScene } from '../support/job-scene.ts'
import { sentTo } from '../support/rig.ts'
import { presence } from '../support/seen.ts'

type JobHouse = { standing: Standing; groups: JobScene['groups'] }

void test('every job of the product is included in the tests that kill jobs', () => {
  assert.deepEqual(Object.keys(situations).sort(), jobs.map(({ name }) => name).sort())
})

void test('a job that is killed at any step is completed by its next slot, with the same result as without the kill', async (t) => {
  const at = await openJobHouse(t)
  for (const [nth, job] of jobs.entries()) {
    const place = situations[job.name]
    assert.ok(place)
    const whole = await play(at, { job, place })
    assert.ok(whole.steps > 0, `${job.name} has steps`)
    for (const kill of killsOf(whole.steps, nth)) {
      const what = `${job.name} killed ${kill.where} step ${kill.at} of ${whole.steps}`
      const { before, end, killed } = await play(at, { job, place }, kill)
      assert.ok(killed, what)
      if (place.mayLose && JSON.stringify(end) === JSON.stringify(before)) continue
      assert.deepEqual(end, whole.end, what)
    }
  }
  await isOnce(at.standing.house())
})

type Kill = Pick<Killing, 'at' | 'where'>

/**
 * The kills to try: at each step of the job, before its writes are committed and after. A run
 * without --full tries only one of them.
 */
function killsOf(steps: number, nth: number): Kill[] {
  const all = Array.from({ length: steps }, (_, n) => n + 1).flatMap((at): Kill[] => [
    { at, where: 'inside' },
    { at, where: 'after' },
  ])
  const middle = Math.floor(all.length / 2)
  return isFull ? all : all.slice(middle - (nth % 2)).slice(0, 1)
}

async function openJobHouse(t: TestContext): Promise<JobHouse> {
  const dir = makeFolder('killed-jobs')
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  const standing = await openStanding({ dir, rules: false, simulatorUrl: simulator.url })
  t.after(async () => {
    await standing.close()
    await simulator.close()
  })
  const { admin } = standing.house()
  const groups = []
  for (const name of ['first', 'next']) {
    const { id } = (await admin.call('POST', '/api/groups', { name })).body as { id: number }
    await presence(await standing.house().agent(`of-${name}`, { groupIds: [id] }), 'away')
    groups.push(id)
  }
  return { standing, groups: groups as JobScene['groups'] }
}

let scenes = 0

async function openScene({ standing, groups }: JobHouse): Promise<JobScene> {
  const house = standing.house()
  const agent = await house.agent(`agent${(scenes += 1)}`, { capacity: 10 })
  await presence(agent, 'away')
  const scene: JobScene = { house, agent, groups, guests: [], ...(await sceneIds(house)) }
  for (let n = 0; n < 3; n += 1) {
    const customer = await follower(house)
    await customer.says('请问')
    const [row] = await house.rows<{ session_id: string; wx_user_id: string }>(
      'select s.session_id, s.wx_user_id from message_session s join wx_user u on u.wx_user_id = s.wx_user_id where u.openid = ?',
      [customer.openid],
    )
    assert.ok(row)
    scene.guests.push({ customer, sessionId: row.session_id, customerId: row.wx_user_id })
  }
  return scene
}

/**
 * Writes the settings directly into the database, so that no process acts on them before the job
 * does.
 */
async function settle({ house, companyId }: JobScene, settings: object): Promise<void> {
  const values = [JSON.stringify(settings), companyId]
  await write(house, 'update company set settings = ? where company_id = ?', values)
  await house.app.ports.known.anew(companyId)
}

/**
 * Plays one scene in which the job runs: with `kill` in a process that dies, otherwise in the
 * product under test itself.
 */
async function play(at: JobHouse, { job, place }: { job: Job; place: Situation }, kill?: Kill) {
  const scene = await openScene(at)
  await place.arrange(scene)
  await settle(scene, place.settings?.(scene) ?? {})
  const before = await formOf(scene, place)
  const counted = place.counted?.(scene) ?? { spoken: [], unanswered: [] }
  let steps = 0
  let killed = false
  if (kill) {
    killed = await at.standing.kill({ job: job.name, slot: `${scenes}`, counted, ...kill })
    scene.house = at.standing.house()
    await nextSlot(scene, job)
  } else {
    const { ports } = scene.house.app
    ports.tally.add(counted.spoken, counted.unanswered)
    const hear = (where: WhereKilled) => (steps += where === 'inside' ? 1 : 0)
    await runSlot(stepping(hear)(ports), job, `${scenes}`)
  }
  await allEnded(scene)
  const end = await formOf(scene, place)
  if (place.changes !== false && place.also === undefined) {
    assert.notDeepEqual(end, before, `${job.name} finds something to do`)
  }
  await isWhole(scene.house)
  await clear(scene)
  return { before, end, killed, steps }
}

/**
 * Runs the job again after its process died: in the same slot if that is still free, otherwise in
 * the next one, which must be free.
 */
async function nextSlot({ house }: JobScene, job: Job): Promise<void> {
  const { ports } = house.app
  const result =
    (await runSlot(ports, job, `${scenes}`)) ?? (await runSlot(ports, job, `${scenes} next`))
  assert.ok(result, `${job.name}: the next slot is free`)
  assert.doesNotMatch(JSON.stringify(result), /failed/)
}

/**
 * Waits until no reply is unfinished: one that was being sent when its process died is given up
 * after its lease has expired.
 */
async function allEnded({ house }: JobScene): Promise<void> {
  const { ports } = house.app
  await eventually(async () => {
    const sweep = jobs.find(({ name }) => name === 'outbox-sweep')
    assert.ok(sweep)
    const rows = await house.rows<{ lease_token: string }>(
      "select lease_token from outbox where state in ('pending', 'sending')",
    )
    if (rows.length > 0) {
      await write(house, "update outbox set lease_until = 1 where state = 'sending'")
      await sweep.run(ports, '')
    }
    assert.equal(rows.length, 0)
  })
}

/**
 * Reads what the scene looks like, without ids and times, so that a scene with a killed job can be
 * compared with one without.
 */
async function formOf(scene: JobScene, place: Situation): Promise<unknown> {
  const sessions = []
  for (const { customerId } of scene.guests) {
    sessions.push(await formOfGuest(scene, customerId))
  }
  return { sessions, also: await place.also?.(scene) }
}

const parts = {
  customer: 'select customer_service_uid, is_clue from wx_user where wx_user_id = ?',
  sessions:
    'select state, kind, uid, lane, fence, seq, ledger_n, unread, close_reason from message_session where wx_user_id = ? order by session_id',
  ledger:
    'select from_state, to_state, actor, reason, l.fence, l.uid from session_ledger l join message_session s on s.session_id = l.session_id where s.wx_user_id = ? order by l.session_id, n',
  lines:
    "select seq, opercode, type, text, case when delivery in ('sent', 'unknown') then 'over' else delivery end as delivery from message_data where wx_user_id = ? order by seq, message_id",
  missed: 'select uid from missed_session where wx_user_id = ?',
  reclaimed: 'select uid from reclaimed where wx_user_id = ?',
} as const

async function formOfGuest({ house, agent, guests, accountId }: JobScene, customerId: string) {
  const form: Record<string, unknown> = {}
  for (const [name, query] of Object.entries(parts)) {
    form[name] = await house.rows(query, [customerId])
  }
  const events = await house.rows<{ type: string }>(
    'select type from stream_event where data like ? order by type, stream',
    [`%${customerId}%`],
  )
  form['events'] = events.map(({ type }) => type)
  const own = guests.find((guest) => guest.customerId === customerId)?.sessionId ?? ''
  const named = (value: unknown): unknown => {
    if (value === agent.uid) return 'the agent'
    if (typeof value !== 'string') return value
    return value
      .replaceAll(accountId, 'the account')
      .replaceAll(own, 'the session')
      .replaceAll(customerId, 'the customer')
      .replace(new RegExp(`:${agent.uid}$`), ':the agent')
  }
  return JSON.parse(
    JSON.stringify(form, (key, value: unknown) =>
      typeof value !== 'number' || key.endsWith('uid') ? named(value) : value,
    ),
  ) as unknown
}

async function isWhole({ app: { ports } }: House): Promise<void> {
  const reconcile = jobs.find(({ name }) => name === 'queue-reconcile')
  assert.ok(reconcile)
  for (const { company_id: id } of await ports.store.read.companies.list()) {
    await reconcile.run(ports, id)
    const { promises } = await selfCheck(ports, id)
    assert.deepEqual(
      promises.filter(({ verdict }) => verdict !== 'ok'),
      [],
    )
  }
}

/** Ends what this scene began, so that it does not disturb the next one. */
async function clear(scene: JobScene): Promise<void> {
  const { house, guests } = scene
  await settle(scene, {})
  const sessions = await house.rows<{ session_id: string }>(
    `select session_id from message_session where open_key is not null and wx_user_id in (${guests.map(() => '?').join(',')})`,
    guests.map(({ customerId }) => customerId),
  )
  if (sessions.length > 0) {
    const ids = sessions.map(({ session_id }) => session_id)
    const { status } = await house.admin.call('POST', '/api/sessions/close', { ids })
    assert.equal(status, 200)
  }
  await write(house, "update user set presence = 'offline' where uid = ?", [scene.agent.uid])
}

async function isOnce({ simulator }: House): Promise<void> {
  const arrived = (await sentTo(simulator)).filter(({ delivered }) => delivered)
  const keys = arrived.filter(({ text }) => text !== '').map(({ openid, text }) => openid + text)
  assert.equal(new Set(keys).size, keys.length, 'nothing reached anybody twice')
}
