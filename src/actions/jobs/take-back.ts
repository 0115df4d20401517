import { commonLane } from '../../../rules/session/lane.ts'
import { offlineSince } from '../../../rules/session/presence.ts'
import { rankFor } from '../../../rules/session/routing.ts'
import { isOwned } from '../../../rules/session/session.ts'
import { active } from '../../../rules/session/states.ts'
import {
  idleSince,
  isDue,
  minuteMs,
  owedSince,
  waitedSince,
} from '../../../rules/session/timers.ts'
import type { SessionRow } from '../../../entities/index.ts'
import type { KnownCompany, Unit } from '../../ports.ts'
import { runTimer, type Timer, type TimerNeeds } from './timer.ts'

/**
 * Takes a session back from an agent who has owed an answer for too long, whether they accepted it
 * or not. It is queued again, with the rank that it would have if it had been queued since its
 * customer began to wait. Sessions that wait for somebody who went offline are taken back too, and
 * group chats that fell silent after their owner went offline.
 */
export async function takeBack(needs: TimerNeeds, companyId: string): Promise<{ taken: number }> {
  const unanswered = await runTimer(needs, companyId, {
    ...queuesAgain,
    reason: 'unanswered',
    kind: 'owed',
    isDue: (session, { settings }, now) =>
      isOwned(session.state) && isDue(owedSince(session), settings.takeBackMinutes, now),
  })
  const left = await runTimer(needs, companyId, {
    ...queuesAgain,
    reason: 'agent_away',
    kind: 'left',
    isDue: (session, { settings }, now) =>
      isOwned(session.state) &&
      session.state !== active &&
      isDue(idleSince(session), settings.takeBackMinutes, now),
    holds: ownerIsAway,
  })
  return { taken: unanswered + left }
}

const queuesAgain = {
  job: 'take-back',
  event: 'takeBack',
  says: 'session.queued',
  before: ({ settings }, now) =>
    settings.takeBackMinutes > 0 ? now - settings.takeBackMinutes * minuteMs : null,
  place: async (_unit, { customer, session }, { settings }) => ({
    lane: commonLane(session.account_id),
    rank: rankFor(customer, settings.windowFirst, waitedSince(session)),
  }),
} as const satisfies Partial<Timer>

async function ownerIsAway(
  unit: Unit,
  { session, company, at }: { session: SessionRow; company: KnownCompany; at: number },
): Promise<boolean> {
  const [owner] = session.uid === null ? [] : await unit.staff.presences([session.uid])
  if (!owner) return false
  return isDue(offlineSince(owner, at), company.settings.takeBackMinutes, at)
}
