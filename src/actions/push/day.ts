// The facts of one batch, loaded under lock, changed in memory push by push, and written once at the end.
import type {
  EvaluationRow,
  LedgerRow,
  MediaFetchRow,
  MessageRow,
  OutboxRow,
  SessionRow,
} from '../../../entities/index.ts'
import type { Found } from '../../../rules/keyword.ts'
import type { KnownCustomer, Needs, Spoken, Unanswered, Unit } from '../../ports.ts'
import type { Event } from '../streams/write.ts'
import { askRules } from './ask-rules.ts'
import { newCustomer, openKey } from '../lines/new-rows.ts'
import { hasFollower, type Push } from './push.ts'
import type { PersonRead } from '../queue/roster.ts'
import { loadVisits, type Visits } from './visits.ts'
import { lockAsked, type Asked } from './asked.ts'

export type Follower = { customer: KnownCustomer; session: SessionRow | null }

export type Day = {
  at: number
  followers: Map<string, Follower>
  /** Followers whose rows somebody else holds. */
  busy: Set<string>
  people: Map<number, PersonRead>
  /** Lanes, with their company, in which somebody waits. */
  waitedIn: Set<string>
  /** Sessions that have ended and are answered about. */
  asked: Asked
  evaluations: EvaluationRow[]
  visits: Visits
  /** The rule that answers a push. */
  found: Map<Push, Found>
  opened: SessionRow[]
  changed: Set<SessionRow>
  /** Sent on to another lane, and the list each stood in. */
  moved: { session: SessionRow; from: string | null }[]
  /** Ended because the customer left, and the list each stood in. */
  ended: { session: SessionRow; from: string | null }[]
  /** How many each has no more. */
  freed: Map<number, number>
  /** Whose place in the lane has changed. */
  reranked: Set<SessionRow>
  /** How many each was given. */
  given: Map<number, number>
  /** Companies in which somebody waits, though there may be room. */
  behind: Set<string>
  /** How many stand before each follower, and when others left his lane; only where he is told. */
  standings: Map<string, { before: number; left: number[] }>
  /** Followers who have an agent of their own from now on. */
  belong: KnownCustomer[]
  messages: MessageRow[]
  fetches: MediaFetchRow[]
  outbox: OutboxRow[]
  ledger: LedgerRow[]
  events: Event[]
  /** For the tally: rules that spoke, and questions that none answered. */
  spoken: Spoken[]
  unanswered: Unanswered[]
}

export const followerKey = (push: Push) => `${push.account.account_id} ${push.openid}`

type Wanted = { pushes: Push[]; alone: boolean }

export async function loadDay(
  needs: Needs<'clock' | 'ids'>,
  unit: Unit,
  { pushes: all, alone }: Wanted,
): Promise<Day> {
  const pushes = all.filter(hasFollower)
  const here = { needs, unit, at: needs.clock.now(), alone }
  const followers = new Map<string, Follower>()
  for (const accountId of [...new Set(pushes.map((push) => push.account.account_id))].sort()) {
    const some = pushes.filter((push) => push.account.account_id === accountId)
    for (const customer of await lockCustomers(here, some)) {
      followers.set(`${accountId} ${customer.openid}`, { customer, session: null })
    }
  }
  await lockSessions(here, followers)
  const asked = await lockAsked(unit, pushes)
  const busy = new Set(pushes.map(followerKey).filter((key) => !followers.has(key)))
  const found = new Map(
    pushes.flatMap((push) => {
      const one = askRules(push, here.at)
      return one ? [[push, one] as const] : []
    }),
  )
  const visits = await loadVisits(
    unit,
    pushes.flatMap((push) => {
      const follower = followers.get(followerKey(push))
      return follower ? [{ push, follower }] : []
    }),
  )
  return {
    at: here.at,
    followers,
    busy,
    people: new Map(),
    waitedIn: new Set(),
    asked,
    evaluations: [],
    visits,
    found,
    opened: [],
    changed: new Set(),
    moved: [],
    ended: [],
    freed: new Map(),
    reranked: new Set(),
    given: new Map(),
    behind: new Set(),
    standings: new Map(),
    belong: [],
    messages: [],
    fetches: [],
    outbox: [],
    ledger: [],
    events: [],
    spoken: [],
    unanswered: [],
  }
}

type Here = { needs: Needs<'ids'>; unit: Unit; at: number; alone: boolean }

/** Those we could lock; in a batch nobody is waited for. */
async function lockCustomers(
  { needs, unit, at, alone }: Here,
  pushes: Push[],
): Promise<KnownCustomer[]> {
  const [first] = pushes
  if (!first) return []
  const { account_id: accountId } = first.account
  const openids = [...new Set(pushes.map((push) => push.openid))].sort()
  const known = await unit.customers.lockByOpenids(accountId, openids, alone)
  const missing = new Set(openids)
  for (const customer of known) missing.delete(customer.openid)
  if (missing.size > 0 && !alone) {
    for (const openid of await unit.customers.held(accountId, [...missing])) missing.delete(openid)
  }
  if (missing.size === 0) return known

  // another process may add the same follower first: insert, then read what stands
  await unit.customers.insertNew(
    [...missing].map((openid) => newCustomer(first.account, { id: needs.ids(), openid, at })),
  )
  return [...known, ...(await unit.customers.lockByOpenids(accountId, [...missing], alone))]
}

/** Gives each follower his open session; whose session somebody else holds is taken off the list. */
async function lockSessions(
  { unit, alone }: Here,
  followers: Map<string, Follower>,
): Promise<void> {
  const byOpenKey = new Map([...followers].map(([key, { customer }]) => [openKey(customer), key]))
  if (byOpenKey.size === 0) return
  for (const session of await unit.sessions.lockByOpenKeys([...byOpenKey.keys()].sort(), alone)) {
    const follower = followers.get(byOpenKey.get(session.open_key ?? '') ?? '')
    if (follower) follower.session = session
  }
  const without = [...byOpenKey]
    .filter(([, key]) => !followers.get(key)?.session)
    .map(([open]) => open)
  if (without.length === 0 || alone) return
  for (const held of await unit.sessions.held(without)) followers.delete(byOpenKey.get(held) ?? '')
}
