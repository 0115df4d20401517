// Loads what is needed for menu taps, scans, locations and QR codes. For texts nothing is read,
// unless their customer came by a QR code and has no open session.
import type { ReceptionRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'
import { sceneKey, type CustomerFacts, type Receptions, type Visit } from './decide/facts.ts'
import { customerOf, isVisit, type Push } from './decide/push.ts'

type LoadedCustomers = ReadonlyMap<string, CustomerFacts>

/**
 * Loads, for each customer who did more than write, the columns that a tap, a scan or a location
 * changes. The key is the customer's id.
 */
export async function loadVisits(
  unit: Unit,
  pushes: Push[],
  customers: LoadedCustomers,
): Promise<Map<string, Visit>> {
  const visiting = pushes.filter(isVisit).flatMap((push) => customers.get(customerOf(push)) ?? [])
  const ids = [...new Set(visiting.map(({ customer }) => customer.wx_user_id))]
  const rows = ids.length > 0 ? await unit.visits.load(ids) : []
  return new Map(rows.map(({ n, ...row }) => [row.wx_user_id, { ...row, n: n ?? 0 }]))
}

/**
 * Loads the QR codes that decide who receives the customers of a batch: those by which they come
 * now and, for customers without a session, those by which they once came.
 */
export async function loadReceptions(
  unit: Unit,
  pushes: Push[],
  customers: LoadedCustomers,
): Promise<Receptions> {
  const [byScene, byId] = [new Map<string, ReceptionRow>(), new Map<string, ReceptionRow>()]
  const keep = (row: ReceptionRow) => {
    byScene.set(sceneKey(row.account_id, row.scene), row)
    byId.set(row.reception_id, row)
  }
  const of = (push: Push) => customers.get(customerOf(push))
  const visiting = pushes.filter((push) => isVisit(push) && of(push))
  for (const [accountId, scenes] of scenesIn(visiting)) {
    ;(await unit.visits.receptionsOf(accountId, [...scenes])).forEach(keep)
  }
  const missing = pushes.flatMap((push) => {
    const known = of(push)
    const id = known?.customer.reception_id ?? null
    const matters = known?.open === null || visiting.length > 0
    return known && id !== null && matters && !byId.has(id)
      ? [{ id, companyId: known.customer.company_id }]
      : []
  })
  for (const companyId of new Set(missing.map((one) => one.companyId))) {
    const ids = missing.filter((one) => one.companyId === companyId).map(({ id }) => id)
    ;(await unit.visits.receptions(companyId, [...new Set(ids)])).forEach(keep)
  }
  return { byScene, byId }
}

function scenesIn(pushes: Push[]): Map<string, Set<string>> {
  const scenes = new Map<string, Set<string>>()
  for (const { deed, account } of pushes) {
    if (deed.kind !== 'event' || deed.scene === undefined) continue
    scenes.set(account.account_id, (scenes.get(account.account_id) ?? new Set()).add(deed.scene))
  }
  return scenes
}
