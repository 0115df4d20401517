import { waiting } from '../../../rules/session/states.ts'
import { isDue, minuteMs, waitsSince } from '../../../rules/session/timers.ts'
import { runTimer, type TimerNeeds } from './timer.ts'

/**
 * Ends sessions that their agent did not accept in time. The customer then belongs to nobody,
 * whoever their exclusive agent was.
 */
export async function endWaiting(needs: TimerNeeds, companyId: string): Promise<{ ended: number }> {
  const ended = await runTimer(needs, companyId, {
    job: 'waiting-timeout',
    event: 'waitingTimeout',
    reason: 'waiting_timed_out',
    says: 'session.closed',
    kind: 'waiting',
    before: ({ settings }, now) => now - settings.waitingMinutes * minuteMs,
    isDue: (session, { settings }, now) =>
      session.state === waiting && isDue(waitsSince(session), settings.waitingMinutes, now),
  })
  return { ended }
}
