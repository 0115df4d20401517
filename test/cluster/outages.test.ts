// Each server fails in each possible way under load. Checked are what works meanwhile, what is true
// afterwards, and that a process can still end.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { createConnection, type Connection } from 'mysql2/promise'
import { selfCheck } from '../../src/actions/self-check/self-check.ts'
import { newId } from '../../src/ids.ts'
import { openHouse, type House } from '../support/app.ts'
import { crowdOfAgents, type Agent } from '../support/crowd.ts'
import { openEdition, type OpenedEdition } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { betweenLooks, inTime, lasts } from '../support/pauses.ts'
import { times } from '../support/full.ts'
import { checkLoad } from '../support/load-checks.ts'
import { openLoad, type Done, type Load } from '../support/load.ts'
import { ways, type OutageWay } from '../support/outage-ways.ts'
import { rawPush, textXml } from '../support/raw-push.ts'
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

// the tests allow 10 s, because TCP alone would notice a dead connection only after more than 75 s;
// a process that gets a signal to end has 15 s
const soonMs = 10_000
const orderlyMs = 15_000
const leasesEndMs = 60_000
const meanwhileMs = times(1000, 6000)

/**
 * `lateMs`: how late the server's answers come in the tests of a slow server. A transaction makes
 * about ten requests to the database, and Redis is waited for at most half a second.
 */
type Server = { name: string; setting: 'DATABASE_URL' | 'REDIS_URL'; lateMs: number }
const servers: Server[] = [
  { name: 'MariaDB', setting: 'DATABASE_URL', lateMs: 60 },
  { name: 'Redis', setting: 'REDIS_URL', lateMs: 150 },
]

/**
 * Warnings and errors that are expected here because a server fails. Any other fails the test,
 * except the few that ends-clean.ts and app.ts allow.
 */
const said = [
  /^the database (does not answer|answers again|did not tell the time)$/,
  'rows were held by others for too long',
  'a connection could not be set up',
  'not ready: something cannot be written',
  'a reply did not simply arrive',
  'a line could not be made ready to leave; it is tried again',
  'what nobody waited for has failed',
  'last call of a sign-in not written',
  'the last counts of rules were not written',
  /^a worker stumbled; it goes on/,
  /^a job failed/,
  /; the job (looks|tries) again$/,
]

type Place = {
  edition: OpenedEdition
  wires: Record<Server['setting'], TcpProxy>
  house: House
  agents: Agent[]
  /** A connection of the test to the database that does not lead through the failing one. */
  direct: Connection
  advancedMs: number
}

async function openPlace(): Promise<Place> {
  const edition = await openEdition()
  const [database = '', redis = ''] = [
    edition.settings['DATABASE_URL'],
    edition.settings['REDIS_URL'],
  ]
  const wires = { DATABASE_URL: await openTcpProxy(database), REDIS_URL: await openTcpProxy(redis) }
  const urls = { DATABASE_URL: wires.DATABASE_URL.url, REDIS_URL: wires.REDIS_URL.url }
  const house = await openHouse({ rules: false, settings: { ...edition.settings, ...urls } })
  house.announce({ logs: said, unserved: { most: 100_000, why: 'servers are away' } })
  const agents = await crowdOfAgents(house, times(2, 6), 1000)
  const direct = await createConnection(database.replace('mariadb:', 'mysql:'))
  return { edition, wires, house, agents, direct, advancedMs: 0 }
}

async function closePlace({ house, direct, wires, edition }: Place): Promise<void> {
  direct.destroy()
  // `house.close` throws if something was wrong in the product under test, and the connections and
  // the edition must be closed all the same
  await house.close().finally(async () => {
    await Promise.all(Object.values(wires).map((wire) => wire.close()))
    await edition.close()
  })
}

const since = (load: Load, from: number, kind?: Done['kind']) =>
  load.done.filter((one) => one.from >= from && (kind === undefined || one.kind === kind))
const isOk = ({ result }: Done) => result === 'ok'
const isTaken = (one: Done) => one.kind !== 'claim' || one.statuses[0] === 200

/**
 * Waits until new work of each kind has succeeded after this moment; how long that takes depends on
 * the machine.
 */
const works = (load: Load, from: number) =>
  eventually(() => {
    for (const kind of ['push', 'claim', 'reply'] as const) {
      assert.ok(
        since(load, from, kind).some((one) => isOk(one) && isTaken(one)),
        `no ${kind} is taken`,
      )
    }
  }, 'start')

const statusesOf = async (urls: string[], path: string) =>
  Promise.all(urls.map(async (url) => (await fetch(`${url}${path}`)).status))
const readiness = (urls: string[], status: number) =>
  eventually(async () => {
    const all = await statusesOf(urls, '/readyz')
    assert.deepEqual([...new Set(all)], [status])
  }, 'back')

/** Checked all the time: the process responds, and no customer has two open sessions. */
function watch({ house, direct }: Place) {
  const ending = new AbortController()
  const faults: string[] = []
  let looks = 0
  const look = async () => {
    for (; !ending.signal.aborted; looks += 1) {
      const [rows] = await direct.query(
        'select wx_user_id from message_session where state >= 0 group by account_id, wx_user_id having count(*) > 1',
      )
      if ((rows as object[]).length > 0) faults.push(`two open sessions: ${JSON.stringify(rows)}`)
      const [health] = await statusesOf(house.urls.slice(0, 1), '/healthz')
      if (health !== 200) faults.push(`/healthz is ${health}`)
      await betweenLooks(200)
    }
  }
  const looking = look()
  return async () => {
    ending.abort()
    await looking
    assert.ok(looks > 0)
    assert.deepEqual(faults, [])
  }
}

/** Tells a process to end (SIGTERM) in the middle of the failure, which it must do in order. */
async function endsInOrder(house: House): Promise<number> {
  const child = house.second?.child
  if (!child) throw new Error('a house of two processes')
  const began = performance.now()
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  assert.deepEqual(await inTime(ended, orderlyMs), [0, null])
  return Math.round(performance.now() - began)
}

async function isExact({ app: { ports } }: House): Promise<void> {
  const [company] = await ports.store.read.companies.list()
  const { promises } = await selfCheck(ports, company?.company_id ?? '')
  const queue = promises.find(({ id }) => id === 'P15')
  assert.match(`${queue?.verdict} ${queue?.detail}`, /^ok the index holds/)
}

/**
 * Waits until no reply is unfinished any more, which takes until the leases of dead processes have
 * expired.
 */
async function settled(direct: Connection): Promise<void> {
  const left = async () => {
    const [rows] = await direct.query(
      "select outbox_id, state from outbox where state in ('pending', 'sending')",
    )
    return rows
  }
  await eventually(async () => {
    assert.deepEqual(await left(), [])
  })
}

type Cell = {
  place: Place
  server: Server
  way: OutageWay
  load: Load
  note: (text: string) => void
}

/** Checks what must work while the server is away or slow. */
async function duringHolds(cell: Cell): Promise<void> {
  const { place, server, way, load } = cell
  if (server.setting === 'REDIS_URL') await goesOn(cell)
  else if (way.kind === 'away') await isRefused(cell)
  else if (way.kind === 'late') await works(load, performance.now())
  // while the server fails in any other way, requests fail and are repeated; that nothing was lost
  // is checked afterwards
  else await lasts(meanwhileMs)
  assert.deepEqual(await statusesOf(place.house.urls, '/healthz'), [200, 200])
}

async function goesOn({ place: { house }, load }: Cell): Promise<void> {
  await readiness(house.urls, 200)
  const from = performance.now()
  await works(load, from)
  await lasts(meanwhileMs)
  assert.deepEqual(
    since(load, from).filter((one) => !isOk(one)),
    [],
    'without Redis nobody is refused',
  )
}

async function isRefused({ place: { house }, load }: Cell): Promise<void> {
  await readiness(house.urls, 503)
  const from = performance.now()
  const push = rawPush({ url: house.urls[0] ?? '' }, textXml('oAway', newId(), '在吗'))
  assert.equal((await inTime(push, soonMs)).status, 503)
  await lasts(meanwhileMs)
  assert.deepEqual(since(load, from).filter(isOk), [])
}

async function strike(cell: Cell): Promise<void> {
  const { place, server, way, load, note } = cell
  const { house } = place
  await works(load, 0)
  const began = performance.now()
  const end = await way.begin(place.wires[server.setting], server.lateMs)
  try {
    await duringHolds(cell)
    note(`${told(since(load, began))}; SIGTERM ends in ${await endsInOrder(house)} ms`)
  } finally {
    await end()
  }
  const ended = performance.now()
  const took = () => Math.round(performance.now() - ended)
  const exact = eventually(() => isExact(house), 'queueIndex')
  await Promise.all([exact, readiness(house.urls.slice(0, 1), 200), house.second?.again()])
  await works(load, ended)
  await readiness(house.urls, 200)
  note(`all works again after ${took()} ms`)
}

const told = (done: Done[]) =>
  (['push', 'claim', 'reply'] as const)
    .map((kind) => {
      const some = done.filter((one) => one.kind === kind)
      return `${some.filter(isOk).length} of ${some.length} ${kind}`
    })
    .join(', ')

/** Compares the answers, the database and the simulator's record when everything has ended. */
async function afterHolds({ place, load, note }: Cell): Promise<void> {
  place.advancedMs += leasesEndMs
  await place.house.app.advanceTo(place.advancedMs)
  await settled(place.direct)
  assert.deepEqual(
    load.done.filter(({ statuses }) => statuses.includes(500)),
    [],
    'a server that is away is 503',
  )
  const all = await checkLoad(place.house, load)
  note(all.map(({ promise, n }) => `${promise} N=${n}`).join(', '))
  for (const { promise, what, breaches } of all) {
    assert.deepEqual(breaches, [], `${promise}: ${what}`)
  }
}

for (const server of servers) {
  void describe(`${server.name} fails in different ways`, () => {
    let place: Place
    before(async () => {
      place = await openPlace()
    })
    after(() => closePlace(place))
    for (const way of ways) {
      void test(`when ${server.name} fails in the way "${way.name}", answered work is kept, possible work continues, and a process can end in order`, async (t) => {
        const load = openLoad(place.house, {
          name: `${server.name}${ways.indexOf(way)}`,
          followers: times(6, 30),
          agents: place.agents,
        })
        const note = (text: string) => {
          t.diagnostic(text)
        }
        const cell = { place, server, way, load, note }
        const watched = watch(place)
        await strike(cell).finally(load.stop).finally(watched)
        await afterHolds(cell)
      })
    }
  })
}
