// Previews which customers will be reclaimed, and undoes reclaims.
import { queued } from '../../../rules/session/states.ts'
import { dayMs } from '../../../rules/session/timers.ts'
import { privateLane } from '../../../rules/session/lane.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { clueAfter, nobody } from '../../../rules/session/exclusive.ts'
import type { CustomerRow, ReclaimedRow } from '../../../entities/index.ts'
import { AppError, isAppError, type ErrorCode } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { presentReclaimed, presentReclaimSoon } from '../../views/reclaim.ts'
import { writeAudit, auditName } from '../audit.ts'
import { getNewOwner } from '../access/new-owner.ts'
import type { Me } from '../access/caller.ts'
import { notFound } from '../access/refuse.ts'
import { commitStep, type Committed } from '../transition/commit-step.ts'
import { takeStep } from '../transition/take-step.ts'
import { ringRoom } from '../transition/ring-room.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'
import { silentSince, type Silent } from './silent.ts'
import type { ListPage } from '../list-page.ts'

function spotOf(cursor: string | undefined, first: number): { at: number; id: string } {
  const [at = '', id = ''] = (cursor ?? '').split('.')
  return { at: Number(at) || first, id }
}

/**
 * Lists the customers that the job will reclaim within this many hours if nobody writes. It runs
 * the job's own query with a later time.
 */
export async function previewReclaim(
  needs: Needs<'store' | 'clock' | 'known'>,
  me: Me,
  { hours, cursor, limit }: ListPage & { hours: number },
) {
  const company = await needs.known.company(me.companyId)
  if (!company) throw notFound()
  const idleMs = company.settings.reclaimDays * dayMs
  const before = needs.clock.now() + hours * 3600_000 - idleMs
  const rows = await longestSilent(needs.store.slow, me.companyId, {
    before,
    after: spotOf(cursor, -1),
    enough: limit + 1,
  })
  const some = rows.slice(0, limit)
  const end = rows.length > limit ? some.at(-1) : undefined
  const customers =
    some.length === 0
      ? []
      : await needs.store.read.customers.byIds(
          me.companyId,
          some.map((row) => row.wx_user_id),
        )
  const byId = new Map(customers.map((customer) => [customer.wx_user_id, customer]))
  const items = await Promise.all(
    some
      .flatMap(({ wx_user_id: id }) => byId.get(id) ?? [])
      .map(async (customer) =>
        presentReclaimSoon(customer, { session: await openSeen(needs, customer), idleMs }),
      ),
  )
  return { items, next: end ? `${end.active_at}.${end.wx_user_id}` : null }
}

/**
 * Finds the customers who have been silent for the longest time. All candidates are read, but only
 * as many are kept in memory as are displayed.
 */
async function longestSilent(
  slow: Unit,
  companyId: string,
  { before, after, enough }: { before: number; after: { at: number; id: string }; enough: number },
): Promise<Silent[]> {
  let first = new Map<string, Silent>()
  for await (const silent of silentSince(slow, companyId, before)) {
    for (const row of silent) {
      const { active_at: at, wx_user_id: id } = row
      if (at > after.at || (at === after.at && id > after.id)) first.set(id, row)
    }
    if (first.size > enough) first = new Map(inOrder(first).slice(0, enough))
  }
  return inOrder(first).map(([, row]) => row)
}

const inOrder = (all: Map<string, Silent>) =>
  [...all].sort(([a, one], [b, other]) => one.active_at - other.active_at || (a < b ? -1 : 1))

async function openSeen(
  { store }: Needs<'store'>,
  { company_id: companyId, wx_user_id: id }: CustomerRow,
) {
  const [newest] = await store.read.sessionLists.ofCustomer(companyId, id, {
    before: null,
    limit: 1,
  })
  return newest && newest.open_key !== null ? newest : null
}

export async function listReclaimed(needs: Needs<'store'>, me: Me, { cursor, limit }: ListPage) {
  const { at: before, id } = spotOf(cursor, Number.MAX_SAFE_INTEGER)
  const rows = await needs.store.read.missed.reclaimedList(me.companyId, {
    before,
    id,
    limit: limit + 1,
  })
  const end = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(presentReclaimed),
    next: end ? `${end.at}.${end.reclaimed_id}` : null,
  }
}

type UndoNeeds = TellNeeds

/**
 * Gives each customer back to their former agent for another period, unless somebody else has them
 * now.
 */
export async function undoReclaims(needs: UndoNeeds, me: Me, customerIds: string[]) {
  const undone: string[] = []
  const failed: { id: string; code: ErrorCode }[] = []
  for (const id of new Set(customerIds)) {
    try {
      await undoOne(needs, me, id)
      undone.push(id)
    } catch (error) {
      if (!isAppError(error)) throw error
      failed.push({ id, code: error.code })
    }
  }
  return { undone, failed }
}

async function undoOne(needs: UndoNeeds, me: Me, customerId: string): Promise<void> {
  const { moved, uid } = await needs.store.work('rest', async (unit) => {
    const customer = await unit.customers.lock(me.companyId, customerId)
    if (!customer) throw notFound()
    const row = await unit.missed.lastReclaimed(me.companyId, customerId)
    refuseUndo(customer, row)
    await getNewOwner(unit, customer, { uid: row.uid, field: 'customerIds' })
    const at = needs.clock.now()
    const back = {
      customer_service_uid: row.uid,
      is_clue: clueAfter(customer.is_clue, row.uid),
      active_at: at,
      update_time: at,
    }
    unit.customers.change(me.companyId, customerId, back)
    await unit.missed.undone(row.reclaimed_id, at)
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'reclaim.undone',
        object: auditName('customer', customerId),
        detail: { uid: row.uid },
      },
    })
    const theirs = { ...customer, ...back }
    return { moved: await backToTheirLane(needs, unit, { customer: theirs, me, at }), uid: row.uid }
  })

  if (moved) await tellStep(needs, moved)
  ringRoom(needs, me.companyId, uid)
}

function refuseUndo(customer: CustomerRow, row: ReclaimedRow | null): asserts row is ReclaimedRow {
  if (row && row.undone_at === null && row.uid > 0 && customer.customer_service_uid === nobody) {
    return
  }
  throw new AppError(
    'nothing_to_undo',
    'This customer was not reclaimed, or belongs to somebody by now.',
  )
}

/**
 * After a reclaim was undone: if a session of the customer is queued, for example because they have
 * written in the meantime, it returns to the private lane of their agent.
 */
async function backToTheirLane(
  needs: UndoNeeds,
  unit: Unit,
  { customer, me, at }: { customer: CustomerRow; me: Me; at: number },
): Promise<Committed | null> {
  const session = await unit.sessions.openOf(customer.company_id, customer.wx_user_id)
  if (session?.state !== queued) return null
  const moved = takeStep(session, {
    event: 'moveLane',
    who: 'job',
    actor: agentActor(me.uid),
    reason: 'reclaim_undone',
    at,
    place: { lane: privateLane(customer.customer_service_uid), queuedAt: at },
  })
  return commitStep(needs, unit, { moved, customer, says: 'session.queued' })
}
