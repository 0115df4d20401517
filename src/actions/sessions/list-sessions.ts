import { presentLedger } from '../../views/session.ts'
import { presentTime } from '../../views/times.ts'
import { active, closedStates, group, queued, waiting } from '../../../rules/session/states.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit, SessionsWanted } from '../../ports.ts'
import { sift } from '../sift.ts'
import { presentSessions, type PresentNeeds } from './present.ts'
import { supervises, type Me } from '../access/caller.ts'
import { getVisible } from '../access/find.ts'
import { lanesToLookInto, servingOf } from '../access/serving.ts'

const states = {
  queued: [queued],
  waiting: [waiting],
  active: [active, group],
  closed: closedStates,
}

export type ListInput = {
  state: keyof typeof states | 'missed'
  mine: boolean
  agentUid?: number | undefined
  search?: string | undefined
  cursor?: string | undefined
  limit: number
  /**
   * Two filters of the list. `unanswered`: the customer waits for an answer. `answerable`: WeChat
   * still accepts an answer. Neither depends on who has the session.
   */
  unanswered?: boolean | undefined
  answerable?: boolean | undefined
}

export async function listSessions(needs: PresentNeeds, me: Me, input: ListInput) {
  if (input.state === 'missed') return listMissed(needs, me, input)
  const rows =
    input.state === 'queued' && !input.mine
      ? await inQueue(needs, me, input)
      : await byOwner(needs, me, { ...input, states: states[input.state] })
  const more = rows.length > input.limit ? rows[input.limit - 1] : undefined
  return {
    items: await presentSessions(needs, me.companyId, rows.slice(0, input.limit)),
    next: more ? cursorOf(more) : null,
  }
}

const cursorOf = (row: SessionRow) =>
  row.state === queued ? `${row.rank ?? 0}.${row.session_id}` : row.session_id

const isNarrow = ({ search, unanswered, answerable }: SessionsWanted) =>
  search !== '' || unanswered !== undefined || answerable !== undefined

function spotOf(cursor: string | undefined, first: number): { at: number; id: string } {
  const [at = '', id = ''] = (cursor ?? '').split('.')
  return { at: Number(at) || first, id }
}

const wantedOf = (
  needs: PresentNeeds,
  { search = '', unanswered, answerable }: ListInput,
): SessionsWanted => ({
  search,
  unanswered,
  answerable,
  now: needs.clock.now(),
})

/**
 * Lists queued sessions by rank. The beginning of each lane is read by itself and merged with the
 * others, because an index keeps each lane sorted, however long it is.
 */
async function inQueue(needs: PresentNeeds, me: Me, input: ListInput): Promise<SessionRow[]> {
  const { at: rank, id } = spotOf(input.cursor, -1)
  const { read, slow } = needs.store
  const enough = input.limit + 1
  const own = supervises(me) ? null : await ownQueue(needs, me)
  const lanes = own?.lanes ?? [
    ...(await read.lanes.lanesInUse(me.companyId)),
    ...(await read.lanes.inPrivateLanes(me.companyId)),
  ]
  const accountIds = own?.accountIds
  const wanted = wantedOf(needs, input)
  if (!isNarrow(wanted)) {
    const page = { rank, id, limit: enough }
    const found = await Promise.all(
      lanes.map((lane) => read.lanes.ofLane(me.companyId, { lane, accountIds }, page)),
    )
    return found.flat().sort(byRank).slice(0, enough)
  }
  const kept: { session_id: string; rank: number }[] = []
  for (const lane of lanes) {
    const some = await sift<{ session_id: string; rank: number; kept: number }>(
      enough,
      (last, limit) =>
        slow.sessionLists.lookInLane(
          me.companyId,
          { lane, accountIds, ...wanted },
          { rank: last?.rank ?? rank, id: last?.session_id ?? id, limit },
        ),
    )
    kept.push(...some)
  }
  const first = kept.sort(byRank).slice(0, enough)
  return (await rowsOf(read, me, first)).filter(({ state }) => state === queued).sort(byRank)
}

type Ranked = { session_id: string; rank: number | null }
const byRank = (a: Ranked, b: Ranked) =>
  (a.rank ?? 0) - (b.rank ?? 0) || (a.session_id < b.session_id ? -1 : 1)
type Aged = { session_id: string; add_time: number }
const newestFirst = (a: Aged, b: Aged) =>
  b.add_time - a.add_time || (a.session_id < b.session_id ? 1 : -1)

const rowsOf = async (read: Unit, me: Me, found: { session_id: string }[]) =>
  found.length === 0
    ? []
    : read.sessions.byIds(
        me.companyId,
        found.map((row) => row.session_id),
      )

/**
 * The lanes and accounts whose queued sessions an agent sees. Sessions of accounts that they do not
 * serve are left out: their private lane may contain some that only their deputy serves.
 */
async function ownQueue({ store: { read } }: PresentNeeds, me: Me) {
  const serving = await servingOf(read, me.uid)
  const lanes = await lanesToLookInto(read, me.companyId, serving)
  return { lanes, accountIds: serving.accountIds }
}

/**
 * An agent sees their own sessions and those in which they are a member; a supervisor sees all, or
 * those of one person. Sessions are read by state, because within a state they are sorted already.
 */
async function byOwner(
  needs: PresentNeeds,
  me: Me,
  input: ListInput & { states: number[] },
): Promise<SessionRow[]> {
  const all = !input.mine && supervises(me)
  const look: Look = {
    uid: all ? (input.agentUid ?? null) : me.uid,
    spot: await spotBehind(needs, me, input.cursor),
    enough: input.limit + 1,
    wanted: wantedOf(needs, input),
  }
  const found: SessionRow[] = []
  for (const state of input.states) found.push(...(await ofState(needs, me, { ...look, state })))
  if (!all) {
    const { wanted, spot, enough } = look
    const page = { ...spot, limit: enough }
    const asked = { uid: me.uid, states: input.states, ...wanted }
    found.push(...(await needs.store.read.sessionLists.ofMember(me.companyId, asked, page)))
  }
  return [...new Map(found.map((row) => [row.session_id, row])).values()]
    .sort(newestFirst)
    .slice(0, look.enough)
}

type Look = {
  uid: number | null
  spot: { at: number; id: string }
  enough: number
  wanted: SessionsWanted
}

async function ofState(
  { store: { read, slow } }: PresentNeeds,
  me: Me,
  { state, uid, spot, enough, wanted }: Look & { state: number },
): Promise<SessionRow[]> {
  if (!isNarrow(wanted)) {
    return read.sessionLists.ofState(me.companyId, { state, uid }, { ...spot, limit: enough })
  }
  const found = await sift<Aged & { kept: number }>(enough, (last, limit) =>
    slow.sessionLists.lookOfState(
      me.companyId,
      { state, uid, ...wanted },
      { at: last?.add_time ?? spot.at, id: last?.session_id ?? spot.id, limit },
    ),
  )
  // the rows are read after the search, and a session that has changed its state in between is left
  // out
  return (await rowsOf(read, me, found)).filter((row) => row.state === state)
}

/**
 * Finds where the next page begins: behind the last session of the previous page, which still
 * exists, whatever its state is now.
 */
async function spotBehind({ store }: PresentNeeds, me: Me, cursor: string | undefined) {
  if (cursor === undefined) return { at: Number.MAX_SAFE_INTEGER, id: '' }
  const row = await store.read.sessions.find(me.companyId, cursor.split('.').at(-1) ?? '')
  if (row) return { at: row.add_time, id: row.session_id }
  throw new AppError('invalid_input', 'The cursor is none of this list.', { field: 'cursor' })
}

/**
 * Lists sessions that ended while their customer waited, as long as nobody has answered the
 * customer or dismissed them. Agents see their own and those that belonged to nobody.
 */
async function listMissed(needs: PresentNeeds, me: Me, input: ListInput) {
  const { at, id } = spotOf(input.cursor, Number.MAX_SAFE_INTEGER)
  const page = { at, id, limit: input.limit + 1 }
  const { missed, users } = needs.store.read
  const accountIds = async () => (await users.identities(me.uid)).map((row) => row.account_id)
  const rows =
    !input.mine && supervises(me)
      ? await missed.list(me.companyId, 'all', page)
      : [
          ...(await missed.list(me.companyId, { uid: me.uid }, page)),
          ...(await missed.list(me.companyId, { accountIds: await accountIds() }, page)),
        ]
          .sort((a, b) => b.missed_at - a.missed_at || (a.session_id < b.session_id ? 1 : -1))
          .slice(0, page.limit)
  const some = rows.slice(0, input.limit)
  const end = rows.length > input.limit ? some.at(-1) : undefined
  const items = await presentSessions(needs, me.companyId, some)
  return {
    items: items.map((item, n) => ({ ...item, missedAt: presentTime(some[n]?.missed_at ?? 0) })),
    next: end ? `${end.missed_at}.${end.session_id}` : null,
  }
}

export async function listLedger(
  needs: Needs<'store'>,
  me: Me,
  input: { sessionId: string; cursor?: string | undefined; limit: number },
) {
  await getVisible(needs, me, input.sessionId)
  const rows = await needs.store.read.sessions.ledger(me.companyId, input.sessionId, {
    after: Number(input.cursor ?? 0) || 0,
    limit: input.limit + 1,
  })
  const items = rows.slice(0, input.limit)
  return {
    items: items.map(presentLedger),
    next: rows.length > input.limit ? String(items.at(-1)?.n) : null,
  }
}
