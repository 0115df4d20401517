// Runs the timers that end or move sessions. Candidates are read page by page from an index and
// checked again under lock, so that whatever happened just before counts: a customer's line
// prevents every timer except taking back a session whose agent owes an answer, which only an
// answer prevents. If no process was running when a timer was due, the next run makes up for it
// once.
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import type { TransitionEvent } from '../../../rules/session/session.ts'
import { jobActor } from '../../../rules/session/actor.ts'
import type { DueKind, KnownCompany, Unit } from '../../ports.ts'
import { unspoken } from '../transition/spoken.ts'
import { askSatisfaction } from '../transition/ask-satisfaction.ts'
import { lockBoth } from '../access/lock.ts'
import { commitStep } from '../transition/commit-step.ts'
import { takeStep, type Moved, type Step } from '../transition/take-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'
import { dueSessions } from './due.ts'

export type TimerNeeds = TellNeeds

export type Timer = {
  /** The name of the job. It is also written as the actor to the ledger. */
  job: string
  event: TransitionEvent
  reason: string
  /**
   * The name of the event by which agents and supervisors learn that the timer ended or moved a
   * session.
   */
  says: string
  kind: DueKind
  /**
   * Returns a moment: only sessions in which everything that counts for the timer happened before
   * it may be due. Null if the timer is turned off.
   */
  before: (company: KnownCompany, now: number) => number | null
  isDue: (session: SessionRow, company: KnownCompany, now: number) => boolean
  /**
   * A further condition for ending or moving a session, for timers that must look at more than the
   * session itself.
   */
  holds?: (
    unit: Unit,
    facts: { session: SessionRow; company: KnownCompany; at: number },
  ) => Promise<boolean>
  /** Whether the customer is asked to grade the service when the timer ends the session. */
  asks?: true
  place?: (
    unit: Unit,
    both: { customer: CustomerRow; session: SessionRow },
    company: KnownCompany,
  ) => Promise<NonNullable<Step['place']>>
}

/** A run that is not finished after this time continues in its next slot. */
const worksForMs = 30_000

export async function runTimer(
  needs: TimerNeeds,
  companyId: string,
  timer: Timer,
): Promise<number> {
  const company = await needs.known.company(companyId)
  const before = company && timer.before(company, needs.clock.now())
  if (!company || before === null) return 0
  const until = needs.clock.mono() + worksForMs
  let taken = 0
  const due = { kind: timer.kind, before }
  for await (const ids of dueSessions(needs.store.read, companyId, due)) {
    for (const id of ids) taken += await takeOne(needs, { company, timer, id })
    if (needs.clock.mono() > until) break
  }
  return taken
}

/**
 * Ends or moves one session. If that fails, the error is logged and the next session is handled, so
 * that one bad session does not delay the others.
 */
async function takeOne(
  needs: TimerNeeds,
  one: { company: KnownCompany; timer: Timer; id: string },
): Promise<number> {
  try {
    const done = await needs.store.work('rest', (unit) => decide(needs, unit, one))
    if (!done) return 0
    await tellStep(needs, done)
    return 1
  } catch (error) {
    needs.log.warn(
      { job: one.timer.job, sessionId: one.id, error: String(error) },
      'a timer could not take a session; its next run tries again',
    )
    return 0
  }
}

async function decide(
  needs: TimerNeeds,
  unit: Unit,
  { company, timer, id }: { company: KnownCompany; timer: Timer; id: string },
) {
  const both = await lockBoth(unit, company.row.company_id, id)
  const { customer, session } = both
  const at = needs.clock.now()
  if (session.open_key === null || !timer.isDue(session, company, at)) return null
  if (timer.holds && !(await timer.holds(unit, { session, company, at }))) return null

  const place = await timer.place?.(unit, both, company)
  const moved = takeStep(session, {
    event: timer.event,
    who: 'job',
    actor: jobActor(timer.job),
    reason: timer.reason,
    at,
    ...(place && { place }),
  })
  const asks = timer.asks && session.unanswered_since === null
  const spoken = asks
    ? askSatisfaction(needs, { customer, moved, settings: company.settings })
    : unspoken(customer, moved)
  writeMissed(unit, moved)
  return commitStep(needs, unit, { ...spoken, says: timer.says })
}

/**
 * Records that a timer ended the session although its customer was waiting for an answer. The
 * record stays until somebody dismisses it or answers the customer; reading it changes nothing.
 */
export function writeMissed(unit: Unit, { session, ledger }: Moved): void {
  if (session.open_key !== null || session.unanswered_since === null) return
  const { session_id, company_id, account_id, wx_user_id, uid } = session
  unit.missed.add({ session_id, company_id, account_id, wx_user_id, uid, at: ledger.at })
}
