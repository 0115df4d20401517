// A push that opens a session: whom may he have, what must be known for that, and what is written of it.
import type { SessionRow } from '../../../entities/index.ts'
import { lanesThatMatter, whoMatters, type Asked } from '../../../rules/assignment.ts'
import { rankFor } from '../../../rules/routing.ts'
import { queued, type Kind } from '../../../rules/session.ts'
import type { KnownCustomer, Unit } from '../../ports.ts'
import { askedFor, decideFor, loadPeople } from '../sessions/roster.ts'
import { stepEvents, takeStep } from '../sessions/step.ts'
import { followerKey, type Day, type Follower } from './day.ts'
import { newSession } from './lines.ts'
import type { Push, Taken } from './push.ts'

const askedOf = ({ account, company, named }: Push, customer: KnownCustomer): Asked =>
  askedFor({ account, company }, { exclusive: customer.customer_service_uid, named: named ?? null })

const laneKey = (push: Push, lane: string) => `${push.account.company_id} ${lane}`

/** Of those who have no session yet. Where customers are grabbed and belong to nobody, nothing is asked. */
export async function loadRoster(unit: Unit, day: Pick<Day, 'at' | 'followers'>, pushes: Push[]): Promise<Pick<Day, 'people' | 'waitedIn'>> {
  const opening = pushes.flatMap((push) => {
    const follower = day.followers.get(followerKey(push))
    return follower && !follower.session ? [{ push, asked: askedOf(push, follower.customer) }] : []
  })
  const uids = [...new Set(opening.flatMap(({ asked }) => whoMatters(asked)))]
  const staff = uids.length === 0 ? [] : [...new Set(opening.map(({ push }) => push.company))].flatMap((company) => company.staff)
  const people = await loadPeople(unit, { staff, uids, at: day.at })
  const lanes = new Map(opening.flatMap(({ push, asked }) => lanesThatMatter(asked).map((lane) => [laneKey(push, lane), { push, lane }])))
  const waitedIn = new Set<string>()
  for (const [key, { push, lane }] of lanes) if (await unit.sessions.isWaitedIn(push.account.company_id, lane)) waitedIn.add(key)
  return { people, waitedIn }
}

export function openSession(day: Day, { push, ids }: Taken, customer: KnownCustomer): SessionRow {
  const session = newSession(customer, { id: ids(), at: day.at })
  day.opened.push(session)
  const decision = decideFor(askedOf(push, customer), day.people, { at: day.at, othersWait: (lane) => day.waitedIn.has(laneKey(push, lane)) })
  const by = {
    who: 'customer' as const, actor: `c:${customer.wx_user_id}`, reason: decision.reason, at: day.at, kind: kindOf(push),
    ...(decision.candidates.length > 0 && { candidates: decision.candidates }),
  }
  const moved = decision.uid === undefined
    ? takeStep(session, { event: 'arrive', place: { lane: decision.lane, rank: rankFor(customer, push.company.settings.windowFirst, day.at) }, ...by })
    : takeStep(session, { event: 'arriveNamed', owner: { uid: decision.uid, customerServiceId: null }, ...by })
  if (decision.uid !== undefined) give(day, customer, decision.uid)
  else if (decision.reason === 'others_wait') day.behind.add(customer.company_id)
  else day.waitedIn.add(laneKey(push, decision.lane))
  day.ledger.push(moved.ledger)
  day.events.push(...stepEvents(decision.uid === undefined ? 'session.queued' : 'session.assigned', moved))
  return session
}

const kindOf = ({ named }: Push): Kind => named ? 'uid' in named ? 'user' : 'group' : 'other'

function give(day: Day, customer: KnownCustomer, uid: number): void {
  day.given.set(uid, (day.given.get(uid) ?? 0) + 1)
  if (customer.customer_service_uid !== -1) return
  customer.customer_service_uid = uid
  day.owned.push(customer)
}

/** Where the window that ends first goes first, every line of his moves him. */
export function keepRank(day: Day, push: Push, { customer, session }: Follower): void {
  if (!push.company.settings.windowFirst || session?.state !== queued || day.opened.includes(session)) return
  const rank = rankFor(customer, true, session.queued_at ?? day.at)
  if (rank === session.rank) return
  session.rank = rank
  day.reranked.add(session)
}
