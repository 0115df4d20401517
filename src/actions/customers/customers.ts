import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import { rankFor } from '../../../rules/session/routing.ts'
import { queued } from '../../../rules/session/states.ts'
import { nobody } from '../../../rules/session/exclusive.ts'
import { AppError } from '../../errors.ts'
import { presentCustomer } from '../../views/customer.ts'
import { presentMessage } from '../../views/message.ts'
import { presentStep } from '../../views/reception.ts'
import type { Needs, Unit } from '../../ports.ts'
import { ringStreams } from '../streams/ring.ts'
import { customerEvent, writeEvents } from '../streams/write.ts'
import { getNewOwner } from '../access/new-owner.ts'
import { tellRanks } from '../transition/place.ts'
import { presentSessions, type PresentNeeds } from '../sessions/present.ts'
import { supervises, type Me } from '../access/caller.ts'
import { isExclusive, readsCustomer } from '../access/find.ts'
import { notFound } from '../access/refuse.ts'
import { lanesToLookInto, servingOf } from '../access/serving.ts'
import type { Committed } from '../transition/commit-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'
import { sift } from '../sift.ts'
import { followExclusive } from './follow-exclusive.ts'
import type { ListPage } from '../list-page.ts'

const last = 'g'

export async function getCustomer(
  { store: { read } }: Needs<'store'>,
  me: Me,
  id: string,
): Promise<CustomerRow> {
  const customer = await read.customers.find(me.companyId, id)
  if (!customer || !(await readsCustomer(read, me, customer))) throw notFound()
  return customer
}

export async function listCustomers(
  needs: Needs<'store'>,
  me: Me,
  { search = '', cursor = last, limit }: ListPage & { search?: string | undefined },
) {
  const { customers } = needs.store.read
  const rows =
    supervises(me) && search === ''
      ? await customers.list(me.companyId, { after: cursor, limit: limit + 1 })
      : await lookFor(needs, me, { search, cursor, enough: limit + 1 })
  return {
    items: rows.slice(0, limit).map(presentCustomer),
    next: rows.length > limit ? (rows[limit - 1]?.wx_user_id ?? null) : null,
  }
}

/**
 * Reads the row with which the previous page ended and which the cursor names; the next page begins
 * behind it.
 */
async function getSpot<T extends { wx_user_id: string }>(
  customerId: string,
  cursor: string | undefined,
  find: (id: string) => Promise<T | null>,
): Promise<T | null> {
  if (cursor === undefined) return null
  const row = await find(cursor)
  if (row?.wx_user_id === customerId) return row
  throw new AppError('invalid_input', 'The cursor is none of this list.', { field: 'cursor' })
}

/**
 * Finds customers by a text and, for agents, those whom they may read. That takes long if there are
 * many, so it runs on a connection of its own, on which it does not delay pushes or replies.
 */
async function lookFor(
  { store: { read, slow } }: Needs<'store'>,
  me: Me,
  { search, cursor, enough }: { search: string; cursor: string; enough: number },
): Promise<CustomerRow[]> {
  const reader = supervises(me) ? null : await readerOf(read, me)
  const found = await sift<{ wx_user_id: string; kept: number }>(enough, (last, limit) =>
    slow.customers.look(
      me.companyId,
      { search, reader },
      { after: last?.wx_user_id ?? cursor, limit },
    ),
  )
  if (found.length === 0) return []
  const rows = await read.customers.byIds(
    me.companyId,
    found.map((row) => row.wx_user_id),
  )
  return rows.sort((a, b) => (a.wx_user_id < b.wx_user_id ? 1 : -1))
}

async function readerOf(read: Unit, me: Me) {
  const serving = await servingOf(read, me.uid)
  const lanes = await lanesToLookInto(read, me.companyId, serving)
  return { uid: me.uid, lanes, accountIds: serving.accountIds }
}

export async function listCustomerMessages(
  needs: Needs<'store'>,
  me: Me,
  { id, cursor, limit }: ListPage & { id: string },
) {
  await getCustomer(needs, me, id)
  const { messages } = needs.store.read
  const rows = await messages.ofCustomer(me.companyId, id, {
    before: await getSpot(id, cursor, (line) => messages.find(me.companyId, line)),
    limit: limit + 1,
  })
  return {
    items: rows.slice(0, limit).reverse().map(presentMessage),
    next: rows.length > limit ? (rows[limit - 1]?.message_id ?? null) : null,
  }
}

export async function listCustomerSessions(
  needs: PresentNeeds,
  me: Me,
  { id, cursor, limit }: ListPage & { id: string },
) {
  await getCustomer(needs, me, id)
  const { sessions, sessionLists } = needs.store.read
  const rows = await sessionLists.ofCustomer(me.companyId, id, {
    before: await getSpot(id, cursor, (session) => sessions.find(me.companyId, session)),
    limit: limit + 1,
  })
  return {
    items: await presentSessions(needs, me.companyId, rows.slice(0, limit)),
    next: rows.length > limit ? (rows[limit - 1]?.session_id ?? null) : null,
  }
}

export async function listTrajectory(
  needs: Needs<'store'>,
  me: Me,
  { id, cursor, limit }: ListPage & { id: string },
) {
  await getCustomer(needs, me, id)
  const before = Number.parseInt(cursor ?? '', 10) || Number.MAX_SAFE_INTEGER
  const rows = await needs.store.read.visits.trajectory(me.companyId, id, {
    before: Math.min(before, 2 ** 31 - 1),
    limit: limit + 1,
  })
  const items = rows.slice(0, limit)
  return {
    items: items.map(presentStep),
    next: rows.length > limit ? String(items.at(-1)?.n) : null,
  }
}

export type CustomerPatch = {
  alias?: string | undefined
  remark?: string | undefined
  tags?: string[] | undefined
  exclusiveAgentUid?: number | undefined
  priority?: number | undefined
}

/**
 * Changes what is noted about a customer. Alias, remark and tags may be changed by the owner of the
 * open session, the exclusive agent and supervisors; the exclusive agent and the priority only by
 * supervisors.
 */
export async function describeCustomer(
  needs: TellNeeds,
  me: Me,
  { id, patch }: { id: string; patch: CustomerPatch },
): Promise<CustomerRow> {
  const company = await needs.known.company(me.companyId)
  const { described, reranked, moved, events } = await needs.store.work('rest', async (unit) => {
    const customer = await unit.customers.lock(me.companyId, id)
    if (!customer || !(await readsCustomer(unit, me, customer))) throw notFound()
    const session = await unit.sessions.openOf(me.companyId, id)
    await refuseStranger(unit, me, { customer, session })
    const uid = patch.exclusiveAgentUid ?? customer.customer_service_uid
    const priority = patch.priority ?? customer.priority
    await refuseOwner(unit, me, { customer, uid, priority })
    const columns = { ...columnsOf(patch), update_time: needs.clock.now() }
    unit.customers.change(me.companyId, id, columns)
    const described = { ...customer, ...columns }
    const { reranked, moved } = await placeAnew(needs, unit, {
      before: customer,
      customer: described,
      session,
      me,
      windowFirst: company?.settings.windowFirst ?? false,
      at: needs.clock.now(),
    })
    const events = session ? customerEvent(session) : []
    writeEvents(needs, unit, events)
    return { described, reranked, moved, events }
  })

  if (moved) await tellStep(needs, moved)
  else if (reranked) await tellRanks(needs, [reranked])
  ringStreams(needs, events)
  return described
}

type CustomerToPlace = {
  before: CustomerRow
  customer: CustomerRow
  session: SessionRow | null
  me: Me
  windowFirst: boolean
  at: number
}

/**
 * Moves a queued session to its new place after the customer's priority or exclusive agent changed.
 */
async function placeAnew(
  needs: TellNeeds,
  unit: Unit,
  { before, customer, session, me, windowFirst, at }: CustomerToPlace,
): Promise<{ reranked: SessionRow | null; moved: Committed | null }> {
  const reranked =
    customer.priority === before.priority
      ? null
      : rerankHis(unit, { customer, session }, windowFirst)
  if (customer.customer_service_uid === before.customer_service_uid) {
    return { reranked, moved: null }
  }
  const moved = await followExclusive(needs, unit, {
    customer,
    session: reranked ?? session,
    me,
    at,
  })
  return { reranked, moved }
}

const columnsOf = ({ alias, remark, tags, exclusiveAgentUid, priority }: CustomerPatch) => ({
  ...(alias !== undefined && { alias }),
  ...(remark !== undefined && { remark }),
  ...(tags !== undefined && { tags: JSON.stringify(tags) }),
  ...(exclusiveAgentUid !== undefined && { customer_service_uid: exclusiveAgentUid }),
  ...(priority !== undefined && { priority }),
})

async function refuseStranger(
  unit: Unit,
  me: Me,
  { customer, session }: { customer: CustomerRow; session: SessionRow | null },
): Promise<void> {
  if (supervises(me) || session?.uid === me.uid || (await isExclusive(unit, me, customer))) return
  throw new AppError(
    'not_owner',
    'The owner of the session, the exclusive agent and supervisors describe a customer.',
  )
}

type Wished = { customer: CustomerRow; uid: number; priority: number }

async function refuseOwner(unit: Unit, me: Me, { customer, uid, priority }: Wished): Promise<void> {
  if (priority !== customer.priority && !supervises(me)) {
    throw new AppError('not_allowed', 'A supervisor says who goes before others.')
  }
  if (uid === customer.customer_service_uid) return
  if (!supervises(me)) {
    throw new AppError('not_allowed', 'A supervisor says whose customer it is.')
  }
  if (uid !== nobody) await getNewOwner(unit, customer, { uid, field: 'exclusiveAgentUid' })
}

/**
 * Computes a new rank for the customer's queued session, because the rank depends on the customer's
 * priority.
 */
function rerankHis(
  unit: Unit,
  { customer, session }: { customer: CustomerRow; session: SessionRow | null },
  windowFirst: boolean,
): SessionRow | null {
  if (session?.state !== queued) return null
  const moved = {
    ...session,
    rank: rankFor(customer, windowFirst, session.queued_at ?? session.add_time),
  }
  unit.sessions.rerank([moved])
  return moved
}
