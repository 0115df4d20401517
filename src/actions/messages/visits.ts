// What a batch needs to know and remember of taps, scans, places and the codes followers come by. Empty where all of it is text.
import type { ReceptionRow, SessionRow, TrajectoryRow } from '../../../entities/index.ts'
import { namedBy, namedByKey, receives, type Named } from '../../../rules/reception.ts'
import type { KnownCustomer, Unit, VisitedCustomer } from '../../ports.ts'
import { isVisit, type Push } from './push.ts'

export type Visit = VisitedCustomer & { n: number }
type Counts = { follows: number, unfollows: number, scans: number }

export type Visits = {
  rows: Map<string, Visit>
  byScene: Map<string, ReceptionRow>
  byId: Map<string, ReceptionRow>
  /** People and groups that are named and are of this company: `<company>:<uid>`, `<company>:g<id>`. */
  known: Set<string>
  changed: Set<Visit>
  trajectory: TrajectoryRow[]
  counts: Map<string, Counts>
}

export const sceneKey = (accountId: string, scene: string) => `${accountId} ${scene}`
const personKey = (companyId: string, uid: number) => `${companyId}:${uid}`
const groupKey = (companyId: string, id: number) => `${companyId}:g${id}`

type Wanted = { companyId: string, named: Named }
export type Loaded = { visits: Visits, wanted: Wanted[] }
/** `asked`: whom a rule wants to receive him. */
type Pushed = { push: Push, follower: { customer: KnownCustomer, session: SessionRow | null }, asked: Named | null }

export async function loadVisits(unit: Unit, pushed: Pushed[], at: number): Promise<Loaded> {
  const visits: Visits = { rows: new Map(), byScene: new Map(), byId: new Map(), known: new Set(), changed: new Set(), trajectory: [], counts: new Map() }
  const visiting = pushed.filter(({ push }) => isVisit(push))
  const camesBy = pushed.filter(({ follower }) => follower.customer.reception_id !== null && (follower.session === null || visiting.length > 0))
  const byRules = pushed.flatMap(({ push, asked }) => asked ? [{ companyId: push.account.company_id, named: asked }] : [])
  if (visiting.length + camesBy.length === 0) return { visits, wanted: byRules }

  const ids = [...new Set(visiting.map(({ follower }) => follower.customer.wx_user_id))]
  for (const { n, ...row } of ids.length > 0 ? await unit.visits.load(ids) : []) visits.rows.set(row.wx_user_id, { ...row, n: n ?? 0 })
  await loadReceptions(unit, visits, { visiting, camesBy })
  const byKeys = visiting.flatMap(({ push: { deed, account } }) => {
    const named = deed.kind === 'event' && deed.name === 'click' ? namedByKey(deed.key) : null
    return named ? [{ companyId: account.company_id, named }] : []
  })
  const receptions = [...visits.byId.values()].filter((row) => receives(row, at)).map((row) => ({ companyId: row.company_id, named: namedBy(row) }))
  return { visits, wanted: [...byKeys, ...receptions, ...byRules] }
}

async function loadReceptions(unit: Unit, visits: Visits, { visiting, camesBy }: { visiting: Pushed[], camesBy: Pushed[] }): Promise<void> {
  const scenes = new Map<string, Set<string>>()
  for (const { push: { deed, account } } of visiting) {
    if (deed.kind !== 'event' || deed.scene === undefined) continue
    scenes.set(account.account_id, (scenes.get(account.account_id) ?? new Set()).add(deed.scene))
  }
  const keep = (row: ReceptionRow) => {
    visits.byScene.set(sceneKey(row.account_id, row.scene), row)
    visits.byId.set(row.reception_id, row)
  }
  for (const [accountId, some] of scenes) (await unit.visits.receptionsOf(accountId, [...some])).forEach(keep)
  const missing = camesBy.map(({ follower: { customer } }) => customer).filter(({ reception_id: id }) => id !== null && !visits.byId.has(id))
  for (const companyId of new Set(missing.map((customer) => customer.company_id))) {
    const ids = missing.filter((customer) => customer.company_id === companyId).map((customer) => customer.reception_id)
    ;(await unit.visits.receptions(companyId, [...new Set(ids)].filter((id) => id !== null))).forEach(keep)
  }
}

/** Those named who are really there; answers the people among them, whose room must be known. */
export async function loadNamed(unit: Unit, { visits, wanted }: Loaded): Promise<number[]> {
  const uids = wanted.flatMap(({ named }) => named.kind === 'user' ? [named.uid] : [])
  const people = uids.length > 0 ? await unit.users.byUids([...new Set(uids)]) : []
  for (const person of people) visits.known.add(personKey(person.company_id, person.uid))
  for (const companyId of new Set(wanted.filter(({ named }) => named.kind === 'group').map((one) => one.companyId))) {
    for (const group of await unit.users.groups(companyId)) visits.known.add(groupKey(companyId, group.user_group_id))
  }
  return people.map((person) => person.uid)
}

export function isThere({ known }: Visits, companyId: string, named: Named): boolean {
  if (named.kind === 'other') return true
  return known.has(named.kind === 'user' ? personKey(companyId, named.uid) : groupKey(companyId, named.groupId))
}

export function addTrajectory(visits: Visits, customer: KnownCustomer, facts: Pick<TrajectoryRow, 'event' | 'event_key' | 'detail' | 'at'>): void {
  const visit = visits.rows.get(customer.wx_user_id)
  if (!visit) return
  visit.n += 1
  visits.trajectory.push({ wx_user_id: customer.wx_user_id, n: visit.n, company_id: customer.company_id, account_id: customer.account_id, ...facts })
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
  for (const [id, more] of [...counts].sort(([a], [b]) => a < b ? -1 : 1)) await unit.visits.count(id, more)
}
