// The product is killed with kill -9 in any stage of its start. Stored data must survive, and the
// next start must continue. The stages are derived from what a start really does, so new ones are
// included automatically.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { entities } from '../../entities/index.ts'
import { sweepOutbox } from '../../src/actions/jobs/outbox-sweep.ts'
import type { Ports } from '../../src/ports.ts'
import { password, type House } from '../support/app.ts'
import { killStart, startAndKill, type Death, type OutsideOperation } from '../support/deaths.ts'
import { isCluster } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'
import { isFull } from '../support/full.ts'
import { write } from '../support/job-scene.ts'
import { openPlace, type Place } from '../support/place.ts'
import { sentTo } from '../support/rig.ts'
import { presence, sessionOf } from '../support/seen.ts'

/**
 * A place in which replies can be held back: while `holds.replies` is set, accepted replies are not
 * sent, so that one is left for the next start.
 */
type Holding = Place & { holds: { replies: boolean } }

async function openHolding(t: TestContext): Promise<Holding> {
  const holds = { replies: false }
  const wrap = (ports: Ports): Ports => {
    const { outbox } = ports.store.read
    const pending = outbox.pending.bind(outbox)
    outbox.pending = async () => (holds.replies ? [] : pending())
    return ports
  }
  const place = await openPlace(t, 'killed-starts', { wrap })
  const open = async () => {
    const house = await place.open()
    house.announce({ logs: ['a reply did not simply arrive'] })
    return house
  }
  return { ...place, holds, settings: { ...place.settings, ADMIN_PASSWORD: password }, open }
}

/**
 * The part of the start to which an operation belongs, so that a start can be killed in each of its
 * parts.
 */
const stageOf = ({ place }: OutsideOperation): string =>
  place
    .split(' < ')
    .filter((one) => !/^(app|main) | start$/.test(one))
    .slice(-2)
    .join(' < ')

/**
 * Where the start is killed: once in each of at most `few` stages, drawn at random, or with --full
 * before and during every operation.
 */
function deathsOf(operations: OutsideOperation[], few: number): Death[] {
  if (isFull) {
    return operations.flatMap((operation) =>
      (['before', 'during'] as const).map((where) => ({ ...operation, where })),
    )
  }
  const stages = [...new Set(operations.map(stageOf))]
  while (stages.length > few) stages.splice(Math.floor(Math.random() * stages.length), 1)
  return stages.map((stage, nth): Death => {
    const ones = operations.filter((operation) => stageOf(operation) === stage)
    const operation = ones[Math.floor(Math.random() * ones.length)]
    assert.ok(operation)
    return { ...operation, where: nth % 2 === 0 ? 'during' : 'before' }
  })
}

const said = ({ place, nth, where }: Death) => `killed ${where} ${nth} of ${place}`

async function isReady(house: House): Promise<void> {
  await eventually(async () => {
    assert.equal((await fetch(`${house.url}/readyz`)).status, 200)
  }, 'start')
}

void test('a start that is killed at any stage loses no data, and the next start continues with everything that was there', async (t) => {
  const place = await openHolding(t)
  const scene = await begin(await place.open())
  const operations = await startAndKill(place.settings, place.dir, null)
  assert.ok(operations)
  const deaths = deathsOf(operations, 5)
  console.log(
    `${deaths.length} of ${2 * operations.length} deaths in ${new Set(operations.map(stageOf)).size} stages`,
  )
  let missed = 0
  let house = await place.open()
  for (const [nth, death] of deaths.entries()) {
    place.holds.replies = true
    const before = await leave(house, scene, `reply-${nth}`)
    if (!(await killStart(place.settings, place.dir, death))) missed += 1
    house = await place.open()
    await isReady(house)
    // makes the leases of the dead process expire
    await write(house, "update outbox set lease_until = 1 where state = 'sending'")
    await sweepOutbox(house.app.ports)
    place.holds.replies = false
    await goesOn(house, scene, { ...before, death })
  }
  await house.close()
  assert.ok(4 * missed <= deaths.length, `${missed} of ${deaths.length} starts did not come there`)
})

type Scene = { open: string; served: Follower }

/** Creates a session that is open. */
async function begin(house: House): Promise<Scene> {
  const [agent, other] = [await house.agent('agent'), await house.agent('other')]
  for (const one of [await house.agent('agent0'), other]) await presence(one, 'away')
  const served = await follower(house)
  await served.says('在吗')
  const { status, body } = await agent.call('POST', '/api/sessions/claim', {})
  assert.equal(status, 200)
  await house.close()
  return { open: (body as { id: string }).id, served }
}

type Before = { text: string; queued: string; keys: Map<string, Set<string>> }

/**
 * Leaves something for the next start: another queued customer, and a reply that has not been sent.
 */
async function leave(house: House, { open, served }: Scene, text: string): Promise<Before> {
  const agent = await house.agent('agent')
  await served.says('在吗')
  const line = { clientMsgId: text, type: 'text', text }
  assert.equal((await agent.call('POST', `/api/sessions/${open}/messages`, line)).status, 202)
  const waiting = await follower(house)
  await waiting.says('有人吗')
  const { id: queued } = await sessionOf(house, waiting)
  const keys = await keysOf(house)
  await house.close()
  return { text, queued, keys }
}

async function goesOn(
  house: House,
  scene: Scene,
  { text, queued, keys, death }: Before & { death: Death },
): Promise<void> {
  const after = await keysOf(house)
  for (const [table, rows] of keys) {
    const lost = [...rows].filter((row) => !after.get(table)?.has(row))
    assert.deepEqual(lost, [], `${table}: ${said(death)}`)
  }
  await holdsNothingForLong(house)
  await leftOnce(house, { text, death })
  const agent = await house.agent('agent')
  assert.equal((await agent.call('GET', `/api/sessions/${scene.open}`)).body.stateCode, 1)
  const other = await house.agent('other')
  await eventually(async () => {
    const { status, body } = await other.call('POST', '/api/sessions/claim', {})
    assert.deepEqual([status, body.id], [200, queued], said(death))
  })
  assert.equal((await other.call('POST', `/api/sessions/${queued}/close`, {})).status, 200)
}

/**
 * Checks that everything the dead process held becomes free in time: no lease ends later than the
 * longest one allowed.
 */
async function holdsNothingForLong(house: House): Promise<void> {
  const longestMs = 60_000
  for (const { options } of entities) {
    if (!('lease_until' in options.columns)) continue
    const table = options.tableName ?? options.name
    const rows = await house.rows(`select * from \`${table}\` where lease_until > ?`, [
      house.app.ports.clock.now() + longestMs,
    ])
    assert.deepEqual(rows, [], table)
  }
}

/**
 * Checks that the reply was sent once, or that its result is shown as unknown, so that a person
 * decides.
 */
async function leftOnce(
  house: House,
  { text, death }: { text: string; death: Death },
): Promise<void> {
  const state = await eventually(async () => {
    const [row] = await house.rows<{ delivery: string }>(
      'select delivery from message_data where text = ?',
      [text],
    )
    assert.ok(row && ['sent', 'unknown'].includes(row.delivery), `${row?.delivery}: ${said(death)}`)
    return row.delivery
  })
  const arrived = (await sentTo(house.simulator)).filter((one) => one.text === text)
  assert.ok(arrived.length <= 1 && (state === 'unknown' || arrived.length === 1), said(death))
}

/** Reads the primary keys of all rows, to find out afterwards whether any row was lost. */
async function keysOf(house: House): Promise<Map<string, Set<string>>> {
  const keys = new Map<string, Set<string>>()
  for (const { options } of entities) {
    const columns = Object.entries(options.columns)
      .filter(([, column]) => (column as { primary?: boolean }).primary)
      .map(([name]) => `\`${name}\``)
    const table = options.tableName ?? options.name
    const rows = await house.rows<object>(`select ${columns.join(', ')} from \`${table}\``)
    keys.set(table, new Set(rows.map((row) => JSON.stringify(Object.values(row)))))
  }
  return keys
}

void test('after a first start is killed at any stage, the next start creates exactly one company with one admin', async (t) => {
  const first = await openHolding(t)
  const operations = await startAndKill(first.settings, first.dir, null)
  assert.ok(operations)
  const places = operations.filter(({ nth }) => nth === 1)
  const key = operations.find(({ what }) => /^writeFileSync .*secret.key/.test(what))
  const deaths = deathsOf(isFull ? places : places.filter((one) => one !== key), 1)
  if (key && !isFull) deaths.push({ ...key, where: 'during' })
  console.log(`${deaths.length} of ${2 * places.length} deaths of a first start`)
  let missed = 0
  for (const death of deaths) {
    const place = await openHolding(t)
    if (!(await killStart(place.settings, place.dir, death))) missed += 1
    const house = await place.open()
    await isReady(house)
    const made = await house.rows(
      "select c.company_name, u.username from company c join user u on u.company_id = c.company_id where u.role = 'admin'",
    )
    assert.deepEqual(made, [{ company_name: 'kefu', username: 'admin' }], said(death))
    if (!isCluster) {
      assert.match(readFileSync(join(place.dir, 'secret.key'), 'utf8'), /^[0-9a-f]{64}$/)
    }
    await house.close()
  }
  assert.ok(4 * missed <= deaths.length, `${missed} of ${deaths.length} starts did not come there`)
})
