import { presentLedger } from '../../views/session.ts'
import { presentTime } from '../../views/times.ts'
import type { SessionRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'
import { presentSessions, type PresentNeeds } from './present.ts'
import { getVisible, supervises, type Me } from '../access/rights.ts'
import { lanesToLookInto, servingOf } from '../access/serving.ts'

const states = { queued: [3], waiting: [0], active: [1, 2], closed: [-1, -2, -3, -4] }
const last = 'g'

export type ListInput = {
  state: keyof typeof states | 'missed'
  mine: boolean
  agentUid?: number | undefined
  search?: string | undefined
  cursor?: string | undefined
  limit: number
  /** An answer is owed; WeChat lets us answer. Neither says who has it. */
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
  row.state === 3 ? `${row.rank ?? 0}.${row.session_id}` : row.session_id

function spotOf(cursor: string | undefined, first: number): { at: number; id: string } {
  const [at = '', id = ''] = (cursor ?? '').split('.')
  return { at: Number(at) || first, id }
}

const wantedOf = (needs: PresentNeeds, { search = '', unanswered, answerable }: ListInput) => ({
  search,
  unanswered,
  answerable,
  now: needs.clock.now(),
})

/** Without a filter lane by lane: each is in order already, however long it is. */
async function inQueue(needs: PresentNeeds, me: Me, input: ListInput): Promise<SessionRow[]> {
  const { at: rank, id } = spotOf(input.cursor, -1)
  const { sessions } = needs.store.read
  const page = { rank, id, limit: input.limit + 1 }
  const own = supervises(me) ? null : await ownQueue(needs, me)
  const wanted = wantedOf(needs, input)
  if (wanted.search !== '' || wanted.unanswered !== undefined || wanted.answerable !== undefined) {
    return sessions.inLanes(me.companyId, { ...own, ...wanted }, page)
  }

  const { lanes, accountIds } = own ?? { lanes: await sessions.lanesInUse(me.companyId) }
  const found = await Promise.all([
    ...lanes.map((lane) => sessions.ofLane(me.companyId, { lane, accountIds }, page)),
    ...(own === null ? [sessions.ofPrivateLanes(me.companyId, page)] : []),
  ])
  return found
    .flat()
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || (a.session_id < b.session_id ? -1 : 1))
    .slice(0, page.limit)
}

/** An agent's private lane may hold customers of an account that only their deputy serves. */
async function ownQueue({ store: { read } }: PresentNeeds, me: Me) {
  const serving = await servingOf(read, me.uid)
  const lanes = await lanesToLookInto(read, me.companyId, serving)
  return { lanes, accountIds: serving.accountIds }
}

/** His own and those he is a member of; supervisors see all, or somebody's. */
async function byOwner(
  needs: PresentNeeds,
  me: Me,
  input: ListInput & { states: number[] },
): Promise<SessionRow[]> {
  const page = { before: input.cursor ?? last, limit: input.limit + 1 }
  const wanted = { states: input.states, ...wantedOf(needs, input) }
  const { sessions } = needs.store.read
  if (!input.mine && supervises(me)) {
    return sessions.ofOwner(me.companyId, { uid: input.agentUid ?? null, ...wanted }, page)
  }
  const own = await sessions.ofOwner(me.companyId, { uid: me.uid, ...wanted }, page)
  const asMember = await sessions.ofMember(me.companyId, { uid: me.uid, ...wanted }, page)
  const all = new Map([...own, ...asMember].map((row) => [row.session_id, row]))
  return [...all.values()]
    .sort((a, b) => (a.session_id < b.session_id ? 1 : -1))
    .slice(0, page.limit)
}

/** What a timer ended while its customer waited, until somebody opens it or answers him. An agent sees his own and what was nobody's. */
async function listMissed(needs: PresentNeeds, me: Me, input: ListInput) {
  const whose = {
    uid: input.mine || !supervises(me) ? me.uid : null,
    accountIds: (await needs.store.read.users.identities(me.uid)).map((row) => row.account_id),
  }
  const { at: before, id } = spotOf(input.cursor, Number.MAX_SAFE_INTEGER)
  const rows = await needs.store.read.missed.list(me.companyId, whose, {
    before,
    id,
    limit: input.limit + 1,
  })
  const some = rows.slice(0, input.limit)
  const end = rows.length > input.limit ? some.at(-1) : undefined
  const items = await presentSessions(needs, me.companyId, some)
  return {
    items: items.map((item, n) => ({ ...item, missedAt: presentTime(some[n]?.missed_at ?? null) })),
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
