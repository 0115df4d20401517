// Checks the invariants on live data, for a person or a test. It only reads, and pauses between
// pieces so that it does not slow the product down.
import { setTimeout as sleep } from 'node:timers/promises'
import { circles } from '../../../rules/session/group-tree.ts'
import { readList } from '../../../rules/session/queue-list.ts'
import { closedStates, openStates } from '../../../rules/session/states.ts'
import type { Clock } from '../../clock.ts'
import type { Unit, WaitingQueue } from '../../ports.ts'
import { readSettings } from '../../../rules/settings.ts'
import { compiling } from '../../../rules/auto-reply/keyword.ts'
import { inTurns } from '../rules/turns.ts'
import { differences, sumsInSql } from '../jobs/queue-reconcile.ts'

/**
 * What the self-check needs. `queue` is null if the queue index is in the memory of another
 * process; it is then not checked.
 */
export type CheckNeeds = { store: { read: Unit }; queue: WaitingQueue | null; clock: Clock }
export type Promised = { id: string; verdict: 'ok' | 'violated'; detail: string }
type FoundBreach = { session_id: string; what: string }

const pieceSize = 256
/**
 * A piece of the check reads at most about this many lines, so that sessions with many lines do not
 * make it long.
 */
const pieceLines = 750
const closedLooked = 1000
const queueExactMs = 5000
const minuteMs = 60_000
/**
 * A reply that is still pending this long after it was accepted is an error, because replies are
 * given up after ten minutes.
 */
const acceptedMs = 12 * minuteMs
const leasedMs = 2 * minuteMs

/**
 * Checks the promises that must hold at any time for the data of a company. `most` is how many open
 * sessions of each state are checked, newest first.
 */
export async function selfCheck(
  needs: CheckNeeds,
  companyId: string,
  { most = 10_000 } = {},
): Promise<{ ok: boolean; promises: Promised[] }> {
  const promises = [
    ...(await checkSessions(needs, companyId, most)),
    await checkQueue(needs, companyId),
    await checkLoads(needs, companyId),
    await checkRules(needs, companyId),
    await checkGroups(needs, companyId),
  ]
  return { ok: promises.every(({ verdict }) => verdict === 'ok'), promises }
}

const promised = (id: string, faults: string[], fine: string): Promised => ({
  id,
  verdict: faults.length === 0 ? 'ok' : 'violated',
  detail: faults.length === 0 ? fine : faults.slice(0, 5).join('; '),
})

const words = (breaches: FoundBreach[]) =>
  breaches.map(({ session_id, what }) => `session ${session_id}: ${what}`)

async function checkSessions(
  {
    store: {
      read: { invariants },
    },
    clock,
  }: CheckNeeds,
  companyId: string,
  most: number,
): Promise<Promised[]> {
  const found = {
    keys: [] as FoundBreach[],
    lines: [] as FoundBreach[],
    ledgers: [] as FoundBreach[],
    deliveries: [] as FoundBreach[],
  }
  let looked = 0
  for await (const ids of pieces({ invariants }, companyId, most)) {
    looked += ids.length
    found.keys.push(...(await invariants.openKeys(companyId, ids)))
    found.lines.push(...(await invariants.lines(companyId, ids)))
    found.ledgers.push(...(await invariants.ledgers(companyId, ids)))
    found.deliveries.push(...(await invariants.deliveries(companyId, ids)))
  }
  const now = clock.now()
  let torn = 0
  for (const stream of await invariants.lastStreams(companyId, now - 60 * minuteMs)) {
    torn += Number(await invariants.isTorn(companyId, stream))
  }
  const stuck = await invariants.stuck(companyId, {
    acceptedBefore: now - acceptedMs,
    leasedBefore: now - leasedMs,
  })
  const of = `${looked} sessions looked at`
  return [
    promised('P6', words(found.keys), `${of}: each follower has one that is open at most`),
    promised(
      'P7',
      [...words(found.lines), ...(torn > 0 ? [`${torn} streams end where no event is`] : [])],
      `${of}: lines, counts and events agree`,
    ),
    promised(
      'P8',
      words(found.ledgers),
      `${of}: the ledger tells how each came to whose it is, and no fence fell`,
    ),
    promised(
      'P10',
      [...words(found.deliveries), ...(stuck > 0 ? [`${stuck} replies have no end yet`] : [])],
      `${of}: each reply is sent, failed, unknown or on its way`,
    ),
  ]
}

async function* pieces(
  { invariants }: Pick<Unit, 'invariants'>,
  companyId: string,
  most: number,
): AsyncGenerator<string[]> {
  for (const state of [...openStates, ...closedStates]) {
    const limit = openStates.includes(state) ? most : Math.min(most, closedLooked)
    let looked = 0
    for (let page = { at: Number.MAX_SAFE_INTEGER, id: 'g' }; looked < limit;) {
      const rows = await invariants.openAfter(companyId, state, {
        ...page,
        limit: Math.min(pieceSize, limit - looked),
      })
      const last = rows.at(-1)
      if (!last) break
      looked += rows.length
      page = { at: last.add_time, id: last.session_id }
      for (const some of byLines(rows)) {
        yield some
        await sleep(1)
      }
    }
  }
}

function* byLines(rows: { session_id: string; seq: number }[]): Generator<string[]> {
  let some: string[] = []
  let lines = 0
  for (const { session_id: id, seq } of rows) {
    if (some.length > 0 && lines + seq > pieceLines) {
      yield some
      some = []
      lines = 0
    }
    some.push(id)
    lines += seq
  }
  yield some
}

/** The queue index, and the sessions in which it differs; null if it cannot be read. */
async function lookAtIndex(
  { store, queue }: { store: CheckNeeds['store']; queue: WaitingQueue },
  companyId: string,
) {
  const index = await queue.sums(companyId)
  if (!index) return null
  const places = await differences({ store, queue }, companyId, {
    truth: await sumsInSql({ store }, companyId),
    indexed: index.lists,
  })
  return places && { index, differing: new Set(places.map(([id]) => id)) }
}

/**
 * Compares the queue index with the database. Under load the index is always a moment behind, so a
 * difference is an error only if it is still there after the time within which it must be repaired.
 */
async function checkQueue(
  { store, queue, clock }: CheckNeeds,
  companyId: string,
): Promise<Promised> {
  if (!queue) {
    return promised(
      'P15',
      [],
      'the index is in the memory of the running process: GET /api/admin/self-check asks it',
    )
  }
  const until = clock.mono() + queueExactMs
  let still: Set<string> | null = null
  for (;;) {
    const looked = await lookAtIndex({ store, queue }, companyId)
    if (!looked) {
      const foreign = await queue.foreign(companyId)
      if (foreign.length === 0 || clock.mono() > until) return withoutIndex(foreign)
      await sleep(100)
      continue
    }
    const { index, differing } = looked
    const before: Set<string> = still ?? differing
    still = new Set([...differing].filter((id) => before.has(id)))
    if (still.size === 0 && index.whole) {
      const count = [...index.lists]
        .filter(([list]) => readList(list)?.kind === 'queue')
        .reduce((sum, [, one]) => sum + one.count, 0)
      return promised('P15', [], `the index holds what is queued: ${count}`)
    }
    if (clock.mono() > until) {
      return promised('P15', [toldDiffering(still.size, index.whole)], '')
    }
    await sleep(100)
  }
}

const toldDiffering = (howMany: number, whole: boolean) =>
  `${howMany} sessions stand elsewhere in the index for more than 5 s${whole ? '' : ', and it is not whole'}`

const withoutIndex = (foreign: string[]) =>
  promised(
    'P15',
    foreign.length === 0
      ? []
      : [
          `somebody keeps something else under ${foreign.length} keys of the index in Redis for more than 5 s: ${foreign.slice(0, 5).join(', ')}`,
        ],
    'the index does not answer; claims come from SQL',
  )

async function checkLoads(
  {
    store: {
      read: { invariants },
    },
  }: CheckNeeds,
  companyId: string,
): Promise<Promised> {
  const rows = await invariants.loads(companyId)
  const wrong = rows.filter((row) => row.n !== row.load)
  return promised(
    'load',
    wrong.map((row) => `agent ${row.uid} has ${row.n} sessions and is counted ${row.load}`),
    `${rows.length} people hold as many as are counted`,
  )
}

async function checkRules({ store: { read } }: CheckNeeds, companyId: string): Promise<Promised> {
  const company = await read.companies.find(companyId)
  const { traditionalAsSimplified } = readSettings(company?.settings ?? '{}')
  const { rules, unusable } = await inTurns(
    compiling(await read.rules.all(companyId), {
      traditionalIsSimplified: traditionalAsSimplified,
    }),
  )
  return promised(
    'rules',
    unusable.map(({ name, why }) => `the rule “${name}” answers nobody. ${why}`),
    `${rules.length} rules answer`,
  )
}

async function checkGroups(
  {
    store: {
      read: { groups },
    },
  }: CheckNeeds,
  companyId: string,
): Promise<Promised> {
  const all = await groups.list(companyId)
  return promised(
    'groups',
    circles(all).map(
      (ids) =>
        `the groups ${ids.join(', ')} stand below each other in a circle: give one of them another parent`,
    ),
    `${all.length} groups, none below itself`,
  )
}
