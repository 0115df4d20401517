// A session that was not there before: whose is it, and where does it wait? What decides is loaded for all of a batch before.
import type { SessionRow } from '../../../entities/index.ts'
import { lanesThatMatter, mayHave, whoMatters, type Asked } from '../../../rules/assignment.ts'
import { namedBy, namedByKey, receives, type Named } from '../../../rules/reception.ts'
import { rankFor } from '../../../rules/routing.ts'
import { exclusiveAfter, queued } from '../../../rules/session.ts'
import type { Ids } from '../../ids.ts'
import type { KnownCustomer, Unit } from '../../ports.ts'
import { askedFor, decideFor, loadPeople } from '../queue/roster.ts'
import { stepEvents, takeStep, type Moved } from '../transition/step.ts'
import { followerKey, type Day, type Follower } from './day.ts'
import { newSession } from '../lines/new-rows.ts'
import type { Push } from './push.ts'
import { sceneKey } from './visits.ts'

type Opening = { customer: KnownCustomer; named?: Named | undefined }

const askedOf = ({ account, company }: Push, customer: KnownCustomer, named: Named): Asked =>
  askedFor({ account, company }, { exclusive: customer.customer_service_uid, named })
const laneKey = (push: Push, lane: string) => `${push.account.company_id} ${lane}`

/** Of those who have no session yet. Where customers are grabbed, belong to nobody and name nobody, nothing is asked. */
export async function loadRoster(unit: Unit, day: Day, pushes: Push[]): Promise<void> {
  const opening = pushes.flatMap((push) => {
    const follower = day.followers.get(followerKey(push))
    return follower && !follower.session
      ? whomItMayName(day, push, follower.customer).map((named) => ({
          push,
          asked: askedOf(push, follower.customer, named),
        }))
      : []
  })
  const uids = [...new Set(opening.flatMap(({ asked }) => whoMatters(asked)))]
  const staff =
    uids.length === 0
      ? []
      : [...new Set(opening.map(({ push }) => push.company))].flatMap((company) => company.staff)
  day.people = await loadPeople(unit, { staff, uids, at: day.at })
  const lanes = new Map(
    opening.flatMap(({ push, asked }) =>
      lanesThatMatter(asked).map((lane) => [laneKey(push, lane), { push, lane }]),
    ),
  )
  for (const [key, { push, lane }] of lanes) {
    if (await unit.sessions.isWaitedIn(push.account.company_id, lane)) day.waitedIn.add(key)
  }
}

/** Whom a rule, a button or a code may name; an event that names nobody opens nothing. */
function whomItMayName(day: Day, push: Push, customer: KnownCustomer): Named[] {
  const { deed, account } = push
  const byScene =
    deed.kind === 'event' && deed.scene !== undefined
      ? day.visits.byScene.get(sceneKey(account.account_id, deed.scene))
      : undefined
  const byKey = deed.kind === 'event' && deed.name === 'click' ? namedByKey(deed.key) : null
  const named = [
    day.found.get(push)?.rule.named,
    byKey,
    byScene && receives(byScene, day.at) ? namedBy(byScene) : null,
  ].filter((one) => one !== null && one !== undefined)
  return deed.kind === 'event' ? named : [...named, cameBy(day, customer)]
}

export function openSession(
  day: Day,
  { push, ids }: { push: Push; ids: Ids },
  { customer, named = cameBy(day, customer) }: Opening,
): SessionRow {
  const session = newSession(customer, { id: ids(), at: day.at })
  day.opened.push(session)
  const decision = decideFor(askedOf(push, customer, named), day.people, {
    at: day.at,
    othersWait: (lane) => day.waitedIn.has(laneKey(push, lane)),
  })
  const by = {
    who: 'customer' as const,
    actor: `c:${customer.wx_user_id}`,
    reason: decision.reason,
    at: day.at,
    kind: named.kind,
    ...(decision.candidates.length > 0 && { candidates: decision.candidates }),
  }
  if (decision.uid !== undefined) {
    const moved = takeStep(session, {
      event: 'arriveNamed',
      owner: { uid: decision.uid, customerServiceId: null },
      ...by,
    })
    day.given.set(decision.uid, (day.given.get(decision.uid) ?? 0) + 1)
    belong(
      day,
      customer,
      exclusiveAfter(moved.transition, exclusiveOf(day, push, customer), decision.uid),
    )
    tell(day, 'session.assigned', moved)
    return session
  }
  tell(
    day,
    'session.queued',
    takeStep(session, {
      event: 'arrive',
      place: {
        lane: decision.lane,
        rank: rankFor(customer, push.company.settings.windowFirst, day.at),
      },
      ...by,
    }),
  )
  if (decision.reason === 'others_wait') day.behind.add(customer.company_id)
  else day.waitedIn.add(laneKey(push, decision.lane))
  return session
}

/** Whose they are; nobody's while that person is disabled or does not serve the account. */
function exclusiveOf(day: Day, { company, account }: Push, customer: KnownCustomer): number {
  const uid = customer.customer_service_uid
  if (uid <= 0) return -1
  const asked = { staff: company.staff, accountId: account.account_id }
  return mayHave(asked, day.people.get(uid) ?? uid) ? uid : -1
}

function tell(day: Day, type: string, moved: Moved): void {
  day.ledger.push(moved.ledger)
  day.events.push(...stepEvents(type, moved))
}

/** Whose he is stands in an index: written only where it changes. */
function belong(day: Day, customer: KnownCustomer, uid: number): void {
  if (uid === customer.customer_service_uid) return
  customer.customer_service_uid = uid
  day.belong.push(customer)
}

/** The code he once came by still says who receives him. */
function cameBy({ visits, at }: Day, customer: KnownCustomer): Named {
  const reception =
    customer.reception_id === null ? undefined : visits.byId.get(customer.reception_id)
  return reception && receives(reception, at) ? namedBy(reception) : { kind: 'other' }
}

/** Where the window that ends first goes first, every line of his moves him. */
export function keepRank(day: Day, push: Push, { customer, session }: Follower): void {
  if (
    !push.company.settings.windowFirst ||
    session?.state !== queued ||
    day.opened.includes(session)
  ) {
    return
  }
  const rank = rankFor(customer, true, session.queued_at ?? day.at)
  if (rank === session.rank) return
  session.rank = rank
  day.reranked.add(session)
}
