// The facts of one batch, loaded under lock, changed in memory push by push, and written once at the end.
import type { AgentLoadRow, LedgerRow, MessageRow, OutboxRow, SessionRow, UserRow } from '../../../entities/index.ts'
import { isOnline, type Agent } from '../../../rules/routing.ts'
import type { KnownCustomer, Needs, Unit } from '../../ports.ts'
import type { Event } from '../events.ts'
import { newCustomer, openKey } from './lines.ts'
import type { Push } from './push.ts'

export type Follower = { customer: KnownCustomer, session: SessionRow | null }

export type Day = {
  at: number
  followers: Map<string, Follower>
  agents: Map<number, Agent>
  opened: SessionRow[]
  changed: Set<SessionRow>
  raised: number[]
  messages: MessageRow[]
  outbox: OutboxRow[]
  ledger: LedgerRow[]
  events: Event[]
}

export const followerKey = (push: Push) => `${push.account.appid} ${push.openid}`

export async function loadDay(needs: Needs<'clock' | 'ids'>, unit: Unit, pushes: Push[]): Promise<Day> {
  const at = needs.clock.now()
  const followers = new Map<string, Follower>()
  for (const appid of [...new Set(pushes.map((push) => push.account.appid))].sort()) {
    const some = pushes.filter((push) => push.account.appid === appid)
    for (const customer of await lockCustomers({ needs, unit, at }, some)) followers.set(`${appid} ${customer.openid}`, { customer, session: null })
  }
  const byOpenKey = new Map([...followers.values()].map((follower) => [openKey(follower.customer), follower]))
  if (byOpenKey.size > 0) {
    for (const session of await unit.sessions.lockByOpenKeys([...byOpenKey.keys()].sort())) {
      const follower = byOpenKey.get(session.open_key ?? '')
      if (follower) follower.session = session
    }
  }
  const agents = await loadAgents(unit, followers, at)
  return { at, followers, agents, opened: [], changed: new Set(), raised: [], messages: [], outbox: [], ledger: [], events: [] }
}

type Here = { needs: Needs<'ids'>, unit: Unit, at: number }

async function lockCustomers({ needs, unit, at }: Here, pushes: Push[]): Promise<KnownCustomer[]> {
  const [first] = pushes
  if (!first) return []
  const openids = [...new Set(pushes.map((push) => push.openid))].sort()
  const known = await unit.customers.lockByOpenids(first.account.appid, openids)
  const missing = new Set(openids)
  for (const customer of known) missing.delete(customer.openid)
  if (missing.size === 0) return known

  // another process may add the same follower first: insert, then read what stands
  await unit.customers.insertNew([...missing].map((openid) => newCustomer(first.account, { id: needs.ids(), openid, at })))
  return [...known, ...await unit.customers.lockByOpenids(first.account.appid, [...missing])]
}

async function loadAgents(unit: Unit, followers: Map<string, Follower>, at: number): Promise<Map<number, Agent>> {
  const uids = [...new Set([...followers.values()]
    .filter(({ customer, session }) => !session && customer.customer_service_uid > 0)
    .map(({ customer }) => customer.customer_service_uid))]
  if (uids.length === 0) return new Map()
  const users = new Map((await unit.users.byUids(uids)).map((user) => [user.uid, user]))
  const loads = await unit.loads.lock(uids)
  return new Map(loads.map((row) => [row.uid, asAgent(users.get(row.uid), row, at)]))
}

export function asAgent(user: UserRow | undefined, row: AgentLoadRow, at: number): Agent {
  return { uid: row.uid, enabled: user?.enabled === 1, online: user !== undefined && isOnline(user, at), load: row.load, capacity: row.capacity }
}
