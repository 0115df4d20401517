// Repairs the queue index, which is only a copy of what the database says. Counts and checksums are
// compared list by list. Where a list differs, each differing session is read again from the
// database before it is added or removed. An index that was lost is rebuilt in the same way.
import {
  sumModulus,
  type ListSum,
  type Move,
  type Needs,
  type Sums,
  type Unit,
  type WaitingQueue,
} from '../../ports.ts'
import { laneList, readList, waitingList } from '../../../rules/session/queue-list.ts'
import { listPlaceOf } from '../transition/place.ts'

type ReconcileNeeds = Needs<'store' | 'queue' | 'metrics' | 'log'>
type LookNeeds = { store: { read: Unit }; queue: WaitingQueue }
const atOnce = 500
const pageSize = 500

export async function reconcileQueue(
  needs: ReconcileNeeds,
  companyId: string,
): Promise<{ added: number; removed: number }> {
  const truth = await sumsInSql(needs, companyId)
  const index =
    (await needs.queue.sums(companyId)) ?? (await sumsWithoutForeign(needs, companyId, truth))
  if (!index) return { added: 0, removed: 0 }
  const places = await differences(needs, companyId, { truth, indexed: index.lists })
  if (!places) return { added: 0, removed: 0 }
  const { changed, ...result } = await mend(needs, companyId, places)
  if (!index.whole) await needs.queue.complete(companyId, index.epoch)
  needs.metrics.repairs.inc({ what: index.whole ? 'queue' : 'queue_rebuild' }, changed)
  return result
}

/**
 * If something else has written to the keys of our index, it hides the real entries: it is deleted
 * and then filled from the database.
 */
async function sumsWithoutForeign(
  needs: ReconcileNeeds,
  companyId: string,
  truth: Lists,
): Promise<Sums | null> {
  const foreign = await needs.queue.foreign(companyId)
  if (foreign.length === 0) return null
  await needs.queue.clear(companyId, foreign, [...truth.keys()])
  needs.metrics.repairs.inc({ what: 'foreign_keys' }, foreign.length)
  needs.log.warn(
    { keys: foreign },
    'Redis held something else under keys of the queue: they are removed, and made again from SQL',
  )
  return needs.queue.sums(companyId)
}

type Lists = Map<string, ListSum>
type DifferingPlaces = [id: string, lists: string[]][]

/**
 * Compares the lists in the database with those in the queue index. Returns the ids of the sessions
 * that are in only one of them, each with the lists in which it differs; null if Redis stopped
 * answering meanwhile.
 */
export async function differences(
  needs: LookNeeds,
  companyId: string,
  { truth, indexed }: { truth: Lists; indexed: Lists },
): Promise<DifferingPlaces | null> {
  const places = new Map<string, string[]>()
  for (const list of new Set([...truth.keys(), ...indexed.keys()])) {
    if (same(truth.get(list), indexed.get(list))) continue
    const ids = await differing(needs, companyId, list)
    if (!ids) return null
    for (const id of ids) {
      places.set(id, [...(places.get(id) ?? []), list])
    }
  }
  return [...places]
}

async function mend(needs: ReconcileNeeds, companyId: string, places: DifferingPlaces) {
  const result = { added: 0, removed: 0, changed: 0 }
  for (let at = 0; at < places.length; at += atOnce) {
    const moves = await movesOf(needs, companyId, new Map(places.slice(at, at + atOnce)))
    result.changed += await needs.queue.move(companyId, moves)
    await takeBackStale(needs, companyId, moves)
    for (const { to } of moves) result[to ? 'added' : 'removed'] += 1
  }
  return result
}

/**
 * Removes entries from the index again that turned out to be wrong: a session may have been claimed
 * after we read it from the database and before we added it to the index.
 */
async function takeBackStale(
  needs: ReconcileNeeds,
  companyId: string,
  moves: Move[],
): Promise<void> {
  const entered = new Map(
    moves.flatMap(({ id, to }): [string, string[]][] => (to ? [[id, [to.list]]] : [])),
  )
  if (entered.size === 0) return
  const now = await movesOf(needs, companyId, entered)
  await needs.queue.move(
    companyId,
    now.filter(({ to }) => to === null),
  )
}

export async function sumsInSql(
  { store }: Pick<LookNeeds, 'store'>,
  companyId: string,
): Promise<Lists> {
  const queued = await store.read.lanes.queuedSums(companyId, sumModulus)
  const waiting = await store.read.lanes.waitingSums(companyId, sumModulus)
  const sums: [string, ListSum][] = [
    ...queued.map(({ lane, ...row }): [string, ListSum] => [laneList(lane), numbers(row)]),
    ...waiting.map(({ uid, ...row }): [string, ListSum] => [waitingList(uid), numbers(row)]),
  ]
  return new Map(sums)
}

/**
 * Turns a count and a sum from the database into numbers, because some databases return sums as
 * strings.
 */
const numbers = ({ n, total }: { n: number | string; total: number | string }): ListSum => ({
  count: Number(n),
  sum: Number(total),
})

const same = (a: ListSum | undefined, b: ListSum | undefined) =>
  (a?.count ?? 0) === (b?.count ?? 0) && (a?.sum ?? 0) === (b?.sum ?? 0)

/**
 * Returns the ids of sessions that are in this list in only one of the two places, database and
 * index, or with different ranks.
 */
async function differing(
  { store, queue }: LookNeeds,
  companyId: string,
  list: string,
): Promise<string[] | null> {
  const indexed = await queue.members(companyId, list)
  if (!indexed) return null
  const missing: string[] = []
  for await (const rows of inSql({ store }, companyId, list)) {
    for (const { session_id: id, rank } of rows) {
      if (indexed.get(id) !== rank) missing.push(id)
      indexed.delete(id)
    }
  }
  return [...missing, ...indexed.keys()]
}

async function* inSql({ store }: Pick<LookNeeds, 'store'>, companyId: string, list: string) {
  const whose = readList(list)
  if (whose?.kind === 'queue') yield* queuedIn({ store }, companyId, whose.lane)
  if (whose?.kind === 'waiting') {
    yield await store.read.lanes.waitingFor(companyId, whose.uid)
  }
}

/**
 * Reads the queued sessions of a lane from the database in pieces, because a single statement over
 * a million rows would take too long.
 */
async function* queuedIn({ store }: Pick<LookNeeds, 'store'>, companyId: string, lane: string) {
  for (let page = { rank: -1, id: '' }; ;) {
    const rows = await store.read.lanes.queuedIn(companyId, lane, { ...page, limit: pageSize })
    yield rows
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) return
    page = { rank: last.rank, id: last.session_id }
  }
}

async function movesOf(
  { store }: ReconcileNeeds,
  companyId: string,
  places: Map<string, string[]>,
): Promise<Move[]> {
  const rows = new Map(
    (await store.read.lanes.placed(companyId, [...places.keys()])).map((row) => [
      row.session_id,
      row,
    ]),
  )
  return [...places].flatMap(([id, lists]) => {
    const row = rows.get(id)
    const to = row ? listPlaceOf(row) : null
    const left: Move[] = lists
      .filter((list) => list !== to?.list)
      .map((from) => ({ id, from, to: null }))
    return to ? [...left, { id, from: null, to }] : left
  })
}
