// Measures whether a claim costs more when more sessions are queued: one process of the product
// with a thousand and with a million queued sessions, claimed by one agent after the other through
// the API. It also reports what claims cost while a lost queue index is being rebuilt.
import type { Edition } from '../services/editions.ts'
import { startServer } from './child.ts'
import { claimFiguresOf, type Claim, type ClaimFigures } from './claims.ts'
import type { Cluster } from './cluster.ts'
import { agentsIn, type Agent } from './crowd.ts'
import { freshStore } from './edition-store.ts'
import { median } from './place.ts'
import { editions } from './plan.ts'
import { benchAccount } from './pushes.ts'
import { loadMysql, loadSqlite, type Loader } from './queue-load.ts'
import { openPrepared, type Environment } from './serve-kefu.ts'

export type SizedFigures = {
  edition: Edition
  queued: number
  whole: ClaimFigures
  rebuilding: ClaimFigures | null
  rebuiltMs: number
  listMs: number
}

const agentsAsking = 20
const warming = 100
const measured = 400
const rebuildsWithinMs = 600_000
/** A claim in a queue of a million may cost this many times one in a queue of a thousand. */
export const mostTimes = 2

export async function claimSized({
  cluster,
  dir,
  edition,
  queued,
}: {
  cluster: Cluster
  dir: string
  edition: Edition
  queued: number
}): Promise<SizedFigures> {
  const store = await freshStore(edition, { cluster, dir })
  const load = edition === 'embedded' ? loadSqlite(store.database) : loadMysql(store.database)
  try {
    const agents = await prepare(store.settings, load, queued)
    const server = await startServer('kefu', [JSON.stringify(store.settings)])
    try {
      return { edition, queued, ...(await measure(server.url, agents)) }
    } finally {
      await server.stop()
    }
  } finally {
    await store.drop()
  }
}

async function prepare(settings: Environment, load: Loader, queued: number): Promise<Agent[]> {
  const { app, account: known } = await openPrepared(settings, 'plain', { withoutCron: true })
  const agents = await agentsIn(app.ports, { howMany: agentsAsking, capacity: 100_000 })
  await app.close()
  await load({
    companyId: known.company_id,
    account: { account_id: known.account_id, appid: benchAccount.appid },
    howMany: queued,
  })
  return agents
}

async function measure(url: string, agents: Agent[]) {
  const began = performance.now()
  // After a start the queue index is empty. Until it is rebuilt, the database finds the sessions to
  // claim; what such claims cost is measured meanwhile. The first claims do not count, because they
  // are slow in any case: the process has only just started and still compiles its code.
  const early = await claimSome(url, agents, 20)
  let whole = await isWhole(url, agents)
  const during: Claim[] = []
  while (!whole) {
    if (performance.now() - began > rebuildsWithinMs) throw new Error('the index is not rebuilt')
    during.push(...(await claimSome(url, agents, 5)))
    await new Promise((resolve) => setTimeout(resolve, 500))
    whole = await isWhole(url, agents)
  }
  const rebuiltMs = performance.now() - began
  const warm = await claimSome(url, agents, warming)
  const claims = await claimSome(url, agents, measured)
  const all = [...early, ...during, ...warm, ...claims]
  if (new Set(all.map(({ id }) => id)).size !== all.length) {
    throw new Error('a session was claimed twice. No figures.')
  }
  const listTimes = await Promise.all([1, 2, 3, 4, 5].map(async () => (await list(url, agents)).ms))
  const rebuilding = during.length > 20 ? claimFiguresOf({ claims: during, failures: 0 }) : null
  return {
    whole: claimFiguresOf({ claims, failures: 0 }),
    rebuilding,
    rebuiltMs,
    listMs: median(listTimes),
  }
}

async function claimSome(url: string, agents: Agent[], howMany: number): Promise<Claim[]> {
  const claims: Claim[] = []
  for (let n = 0; n < howMany; n += 1) {
    const agent = agents[n % agents.length] as Agent
    const began = performance.timeOrigin + performance.now()
    const answer = await fetch(`${url}/api/sessions/claim`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${agent.token}`, 'Content-Type': 'application/json' },
      body: '{}',
    })
    if (answer.status !== 200) {
      throw new Error(`a claim was answered ${answer.status}: ${await answer.text()}`)
    }
    claims.push({
      id: ((await answer.json()) as { id: string }).id,
      uid: agent.uid,
      began,
      ended: performance.timeOrigin + performance.now(),
    })
  }
  return claims
}

async function list(url: string, [agent]: Agent[]) {
  const began = performance.now()
  const answer = await fetch(`${url}/api/sessions?state=queued`, {
    headers: { Authorization: `Bearer ${agent?.token ?? ''}` },
  })
  const { items } = (await answer.json()) as { items: { queue: { position: number | null } }[] }
  return { items, ms: performance.now() - began }
}

/**
 * Whether the queue index is complete. The API tells positions in the queue only then, and null
 * while the index is being rebuilt.
 */
const isWhole = async (url: string, agents: Agent[]) =>
  ((await list(url, agents)).items[0]?.queue.position ?? null) !== null

const cell = (value: string) => value.padStart(13)

/**
 * Prints the figures and returns whether a claim in the longest queue costs no more than allowed.
 */
export function printSized(all: SizedFigures[]): boolean {
  console.log(
    `\n${'a claim where'.padEnd(28)}${['p50 ms', 'p99 ms', 'rebuilt in s', 'p50 meanwhile', 'a page ms'].map(cell).join('')}`,
  )
  for (const { edition, queued, whole, rebuilding, rebuiltMs, listMs } of all) {
    console.log(
      `${edition}, ${queued.toLocaleString('en')} queued`.padEnd(28) +
        [
          whole.p50.toFixed(2),
          whole.p99.toFixed(1),
          (rebuiltMs / 1000).toFixed(1),
          rebuilding?.p50.toFixed(2) ?? '',
          listMs.toFixed(1),
        ]
          .map(cell)
          .join(''),
    )
  }
  return editions
    .map((edition) => {
      const own = all.filter((one) => one.edition === edition).sort((a, b) => a.queued - b.queued)
      const [few, many] = [own.at(0), own.at(-1)]
      if (!few || !many || few === many) return true
      const times = many.whole.p50 / few.whole.p50
      console.log(
        `${edition}: ${many.queued.toLocaleString('en')} cost a claim ${times.toFixed(2)} times what ${few.queued.toLocaleString('en')} do (at most ${mostTimes})`,
      )
      return times <= mostTimes
    })
    .every(Boolean)
}
