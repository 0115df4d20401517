import type { CustomerRow } from '../../../entities/index.ts'
import { presentCustomer } from '../../views/customer.ts'
import { presentMessage } from '../../views/message.ts'
import { presentStep } from '../../views/reception.ts'
import type { Needs } from '../../ports.ts'
import { presentSessions } from '../sessions/present.ts'
import { notFound, supervises, type Me } from '../sessions/rights.ts'

type Page = { cursor?: string | undefined, limit: number }
const last = 'g'

export async function getCustomer(needs: Needs<'store'>, me: Me, id: string): Promise<CustomerRow> {
  const customer = await needs.store.read.customers.find(me.companyId, id)
  if (!customer) throw notFound()
  return customer
}

export async function listCustomers(needs: Needs<'store'>, me: Me, { search = '', cursor = last, limit }: Page & { search?: string | undefined }) {
  const rows = await needs.store.read.customers.list(me.companyId, search, { after: cursor, limit: limit + 1 })
  return { items: rows.slice(0, limit).map(presentCustomer), next: rows.length > limit ? rows[limit - 1]?.wx_user_id ?? null : null }
}

export async function listCustomerMessages(needs: Needs<'store'>, me: Me, { id, cursor = last, limit }: Page & { id: string }) {
  await getCustomer(needs, me, id)
  const rows = await needs.store.read.messages.ofCustomer(me.companyId, id, { before: cursor, limit: limit + 1 })
  return { items: rows.slice(0, limit).reverse().map(presentMessage), next: rows.length > limit ? rows[limit - 1]?.message_id ?? null : null }
}

export async function listCustomerSessions(needs: Needs<'store' | 'queue' | 'clock'>, me: Me, { id, cursor = last, limit }: Page & { id: string }) {
  await getCustomer(needs, me, id)
  const rows = await needs.store.read.sessions.ofCustomer(me.companyId, id, { before: cursor, limit: limit + 1 })
  return { items: await presentSessions(needs, me.companyId, rows.slice(0, limit)), next: rows.length > limit ? rows[limit - 1]?.session_id ?? null : null }
}

export async function listTrajectory(needs: Needs<'store'>, me: Me, { id, cursor, limit }: Page & { id: string }) {
  await getCustomer(needs, me, id)
  const before = Number.parseInt(cursor ?? '', 10) || Number.MAX_SAFE_INTEGER
  const rows = await needs.store.read.visits.trajectory(me.companyId, id, { before: Math.min(before, 2 ** 31 - 1), limit: limit + 1 })
  const items = rows.slice(0, limit)
  return { items: items.map(presentStep), next: rows.length > limit ? String(items.at(-1)?.n) : null }
}

export type CustomerPatch = { alias?: string | undefined, remark?: string | undefined, tags?: string[] | undefined, exclusiveAgentUid?: number | undefined }

/** Alias, remark and tags are anyone's to write; who owns the customer only a supervisor's. */
export async function describeCustomer(needs: Needs<'store' | 'clock'>, me: Me, { id, patch }: { id: string, patch: CustomerPatch }): Promise<CustomerRow> {
  return needs.store.work('rest', async (unit) => {
    const customer = await unit.customers.lock(me.companyId, id)
    if (!customer) throw notFound()
    const uid = patch.exclusiveAgentUid ?? customer.customer_service_uid
    if (uid !== customer.customer_service_uid) {
      if (!supervises(me) || (uid !== -1 && !await unit.users.find(me.companyId, uid))) throw notFound()
    }
    const described = {
      ...customer, alias: patch.alias ?? customer.alias, remark: patch.remark ?? customer.remark,
      tags: patch.tags ? JSON.stringify(patch.tags) : customer.tags, customer_service_uid: uid, update_time: needs.clock.now(),
    }
    await unit.customers.describe(described)
    return described
  })
}
