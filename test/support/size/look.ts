// Runs every job and requests every list for a company of a given size, and records how much each
// statement touches at most and how much each transaction changes.
import assert from 'node:assert/strict'
import { jobs } from '../../../src/actions/jobs/jobs.ts'
import { routes } from '../../../src/http/routes.ts'
import { operationOf, urlOf, writes, type RouteIds } from '../route-calls.ts'
import type { Sized } from './company.ts'
import type { Heard } from './counted-store.ts'
import { jobPlaces, listPlaces, spotsOf, type ListRequest } from './places.ts'

export const readingRoutes = routes.filter((route) => route.method === 'get' && !writes(route))

export type Touched = { touched: number; rows: number }
/**
 * `statements`: for each job or list, what each of its statements touched. `changed`: for each job,
 * the most rows that one of its transactions changed.
 */
export type Looked = { statements: Map<string, Map<string, Touched>>; changed: Map<string, number> }

/** Statements that differ only in the length of a list count as the same. */
const shapeOf = (text: string) =>
  text
    .replace(/\?(, ?\?)+/g, '?…')
    .replace(/(\(\?…\)),.*\(\?…\)/g, '$1…')
    .replace(/(select cast\(.*?)( union all select cast\(.*)+(?=\) v )/, '$1…')

function mostOf({ statements }: Heard): Map<string, Touched> {
  const most = new Map<string, Touched>()
  for (const { text, touched, rows } of statements) {
    const shape = shapeOf(text)
    if ((most.get(shape)?.touched ?? -1) < touched) most.set(shape, { touched, rows })
  }
  return most
}

export async function look(
  sized: Sized,
  without: { narrowed: boolean; jobs: string[] },
): Promise<Looked> {
  const looked: Looked = { statements: new Map(), changed: new Map() }
  const { stage, store, facts } = sized
  const ids = await idsFor(sized)
  for (const route of readingRoutes) {
    const all = listPlaces[operationOf(route)]?.(spotsOf(facts)) ?? []
    for (const asked of all.filter((one) => !(without.narrowed && one.narrowed))) {
      const label = `${operationOf(route)}?${asked.query} by ${asked.by}`
      const heard = await store.during(() => ask(sized, urlOf(route.path, ids), asked))
      looked.statements.set(label, mostOf(heard))
    }
  }
  for (const job of jobs.filter(({ name }) => !without.jobs.includes(name))) {
    await jobPlaces[job.name]?.(stage)
    const heard = await store.during(() => job.run(stage.house.app.ports, facts.companyId))
    looked.statements.set(`job ${job.name}`, mostOf(heard))
    looked.changed.set(job.name, Math.max(0, ...heard.changed))
  }
  return looked
}

/**
 * Ids to use in the calls. Customers, sessions and other things that grow are those with the most
 * rows; of all other things one is created.
 */
async function idsFor({ stage, facts }: Sized): Promise<RouteIds> {
  const spots = spotsOf(facts)
  const things = ['rule', 'media', 'sharedReply'] as const
  const made: Record<string, string> = {}
  for (const thing of things) Object.assign(made, (await stage.idsOf(thing)).paths)
  return {
    fields: {},
    paths: {
      ...made,
      customers: spots.customer,
      sessions: spots.session,
      accounts: facts.accountId,
      companies: facts.companyId,
      receptions: spots.oldest,
      replay: spots.replay,
    },
  }
}

async function ask(
  { stage, tenant }: Sized,
  url: string,
  { by, query }: ListRequest,
): Promise<void> {
  const actor = by === 'tenant' ? tenant : stage.people[by]
  const { status } = await actor.get(`${url}${query && `?${query}`}`)
  assert.equal(status, 200, `${url}?${query} by ${by}`)
}
