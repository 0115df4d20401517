// What a batch needs to know and remember of taps, scans, places and the codes followers come by. Empty where all of it is text.
import type { ReceptionRow, SessionRow, TrajectoryRow } from '../../../entities/index.ts'
import type { KnownCustomer, Unit, VisitedCustomer } from '../../ports.ts'
import { isVisit, type Push } from './push.ts'

export type Visit = VisitedCustomer & { n: number }
type Counts = { follows: number; unfollows: number; scans: number }

export type Visits = {
  rows: Map<string, Visit>
  byScene: Map<string, ReceptionRow>
  byId: Map<string, ReceptionRow>
  changed: Set<Visit>
  trajectory: TrajectoryRow[]
  counts: Map<string, Counts>
}

export const sceneKey = (accountId: string, scene: string) => `${accountId} ${scene}`
type Pushed = { push: Push; follower: { customer: KnownCustomer; session: SessionRow | null } }

export async function loadVisits(unit: Unit, pushed: Pushed[]): Promise<Visits> {
  const visits: Visits = {
    rows: new Map(),
    byScene: new Map(),
    byId: new Map(),
    changed: new Set(),
    trajectory: [],
    counts: new Map(),
  }
  const visiting = pushed.filter(({ push }) => isVisit(push))
  const camesBy = pushed.filter(
    ({ follower }) =>
      follower.customer.reception_id !== null && (follower.session === null || visiting.length > 0),
  )
  if (visiting.length + camesBy.length === 0) return visits

  const ids = [...new Set(visiting.map(({ follower }) => follower.customer.wx_user_id))]
  for (const { n, ...row } of ids.length > 0 ? await unit.visits.load(ids) : []) {
    visits.rows.set(row.wx_user_id, { ...row, n: n ?? 0 })
  }
  await loadReceptions(unit, visits, { visiting, camesBy })
  return visits
}

async function loadReceptions(
  unit: Unit,
  visits: Visits,
  { visiting, camesBy }: { visiting: Pushed[]; camesBy: Pushed[] },
): Promise<void> {
  const scenes = new Map<string, Set<string>>()
  for (const {
    push: { deed, account },
  } of visiting) {
    if (deed.kind !== 'event' || deed.scene === undefined) continue
    scenes.set(account.account_id, (scenes.get(account.account_id) ?? new Set()).add(deed.scene))
  }
  const keep = (row: ReceptionRow) => {
    visits.byScene.set(sceneKey(row.account_id, row.scene), row)
    visits.byId.set(row.reception_id, row)
  }
  for (const [accountId, some] of scenes) {
    ;(await unit.visits.receptionsOf(accountId, [...some])).forEach(keep)
  }
  const missing = camesBy
    .map(({ follower: { customer } }) => customer)
    .filter(({ reception_id: id }) => id !== null && !visits.byId.has(id))
  for (const companyId of new Set(missing.map((customer) => customer.company_id))) {
    const ids = missing
      .filter((customer) => customer.company_id === companyId)
      .map((customer) => customer.reception_id)
    ;(
      await unit.visits.receptions(
        companyId,
        [...new Set(ids)].filter((id) => id !== null),
      )
    ).forEach(keep)
  }
}

export function addTrajectory(
  visits: Visits,
  customer: KnownCustomer,
  facts: Pick<TrajectoryRow, 'event' | 'event_key' | 'detail' | 'at'>,
): void {
  const visit = visits.rows.get(customer.wx_user_id)
  if (!visit) return
  visit.n += 1
  visits.trajectory.push({
    wx_user_id: customer.wx_user_id,
    n: visit.n,
    company_id: customer.company_id,
    account_id: customer.account_id,
    ...facts,
  })
}

export function count(visits: Visits, receptionId: string, what: keyof Counts): void {
  const counts = visits.counts.get(receptionId) ?? { follows: 0, unfollows: 0, scans: 0 }
  counts[what] += 1
  visits.counts.set(receptionId, counts)
}

export async function writeVisits(unit: Unit, visits: Visits): Promise<void> {
  if (visits.changed.size > 0) await unit.visits.save([...visits.changed])
  if (visits.trajectory.length === 0) return
  await unit.visits.insert(visits.trajectory)
  const newest = new Map(visits.trajectory.map((row) => [row.wx_user_id, row]))
  await unit.visits.forgetBefore([...newest.values()])
}

/** Last before the streams: a code that many scan is a busy row. */
export async function writeCounts(unit: Unit, { counts }: Visits): Promise<void> {
  for (const [id, more] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await unit.visits.count(id, more)
  }
}
