import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import { rankFor } from '../../../rules/routing.ts'
import { queued } from '../../../rules/session.ts'
import { AppError } from '../../errors.ts'
import { presentCustomer } from '../../views/customer.ts'
import { presentMessage } from '../../views/message.ts'
import { presentStep } from '../../views/reception.ts'
import type { Needs, Unit } from '../../ports.ts'
import { customerEvent, writeEvents } from '../events.ts'
import { getNewOwner } from '../sessions/new-owner.ts'
import { tellRanks } from '../sessions/place.ts'
import { presentSessions, type PresentNeeds } from '../sessions/present.ts'
import { notFound, supervises, type Me } from '../sessions/rights.ts'

type Page = { cursor?: string | undefined; limit: number }
const last = 'g'

export async function getCustomer(needs: Needs<'store'>, me: Me, id: string): Promise<CustomerRow> {
  const customer = await needs.store.read.customers.find(me.companyId, id)
  if (!customer) throw notFound()
  return customer
}

export async function listCustomers(
  needs: Needs<'store'>,
  me: Me,
  { search = '', cursor = last, limit }: Page & { search?: string | undefined },
) {
  const rows = await needs.store.read.customers.list(me.companyId, search, {
    after: cursor,
    limit: limit + 1,
  })
  return {
    items: rows.slice(0, limit).map(presentCustomer),
    next: rows.length > limit ? (rows[limit - 1]?.wx_user_id ?? null) : null,
  }
}

/** The row that a cursor names: the last one of the page before. */
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

export async function listCustomerMessages(
  needs: Needs<'store'>,
  me: Me,
  { id, cursor, limit }: Page & { id: string },
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
  { id, cursor, limit }: Page & { id: string },
) {
  await getCustomer(needs, me, id)
  const { sessions } = needs.store.read
  const rows = await sessions.ofCustomer(me.companyId, id, {
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
  { id, cursor, limit }: Page & { id: string },
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

/** Alias, remark and tags are anyone's to write; who owns the customer, and who goes before others, only a supervisor's. */
export async function describeCustomer(
  needs: Needs<'store' | 'queue' | 'bus' | 'clock' | 'ids' | 'known'>,
  me: Me,
  { id, patch }: { id: string; patch: CustomerPatch },
): Promise<CustomerRow> {
  const company = await needs.known.company(me.companyId)
  const { described, moved, events } = await needs.store.work('rest', async (unit) => {
    const customer = await unit.customers.lock(me.companyId, id)
    if (!customer) throw notFound()
    const uid = patch.exclusiveAgentUid ?? customer.customer_service_uid
    const priority = patch.priority ?? customer.priority
    await refuseOwner(unit, me, { customer, uid, priority })
    const described = {
      ...worded(customer, patch),
      customer_service_uid: uid,
      priority,
      update_time: needs.clock.now(),
    }
    await unit.customers.describe(described)
    const session = await unit.sessions.openOf(me.companyId, id)
    const moved =
      priority === customer.priority
        ? null
        : await rerankHis(
            unit,
            { customer: described, session },
            company?.settings.windowFirst ?? false,
          )
    const events = session ? customerEvent(session) : []
    writeEvents(needs, unit, events)
    return { described, moved, events }
  })

  if (moved) await tellRanks(needs, [moved])
  for (const { stream } of events) needs.bus.publish('stream', stream)
  return described
}

const worded = (customer: CustomerRow, { alias, remark, tags }: CustomerPatch): CustomerRow => ({
  ...customer,
  alias: alias ?? customer.alias,
  remark: remark ?? customer.remark,
  tags: tags ? JSON.stringify(tags) : customer.tags,
})

type Wished = { customer: CustomerRow; uid: number; priority: number }

async function refuseOwner(unit: Unit, me: Me, { customer, uid, priority }: Wished): Promise<void> {
  if (priority !== customer.priority && !supervises(me)) {
    throw new AppError('not_allowed', 'A supervisor says who goes before others.')
  }
  if (uid === customer.customer_service_uid) return
  if (!supervises(me)) throw notFound()
  if (uid !== -1) await getNewOwner(unit, customer, { uid, field: 'exclusiveAgentUid' })
}

/** Is he queued, he stands elsewhere now. */
async function rerankHis(
  unit: Unit,
  { customer, session }: { customer: CustomerRow; session: SessionRow | null },
  windowFirst: boolean,
): Promise<SessionRow | null> {
  if (session?.state !== queued) return null
  const moved = {
    ...session,
    rank: rankFor(customer, windowFirst, session.queued_at ?? session.add_time),
  }
  await unit.sessions.rerank([moved])
  return moved
}
