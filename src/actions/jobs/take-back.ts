import { commonLane } from '../../../rules/lane.ts'
import { rankFor } from '../../../rules/routing.ts'
import { active } from '../../../rules/session.ts'
import { isDue, minuteMs, owedSince } from '../../../rules/timers.ts'
import { runTimer, type TimerNeeds } from './timer.ts'

/** Its agent owes an answer for so long: it queues again, at the place of one who has waited since then. */
export async function takeBack(needs: TimerNeeds, companyId: string): Promise<{ taken: number }> {
  const taken = await runTimer(needs, companyId, {
    job: 'take-back',
    event: 'takeBack',
    reason: 'unanswered',
    says: 'session.queued',
    kind: 'owed',
    before: ({ settings }, now) =>
      settings.takeBackMinutes > 0 ? now - settings.takeBackMinutes * minuteMs : null,
    isDue: (session, { settings }, now) =>
      session.state === active && isDue(owedSince(session), settings.takeBackMinutes, now),
    place: async (_unit, { customer, session }, { settings }) => ({
      lane: commonLane(session.account_id),
      rank: rankFor(customer, settings.windowFirst, session.unanswered_since ?? session.add_time),
    }),
  })
  return { taken }
}
