import { active, group } from '../../../rules/session/states.ts'
import { idleSince, isDue, minuteMs } from '../../../rules/session/timers.ts'
import { runTimer, type TimerNeeds } from './timer.ts'

/**
 * Closes sessions in which neither side has written for a long time. The customer keeps their
 * exclusive agent.
 */
export async function closeIdle(needs: TimerNeeds, companyId: string): Promise<{ ended: number }> {
  const ended = await runTimer(needs, companyId, {
    job: 'idle-close',
    event: 'idleClose',
    reason: 'idle',
    says: 'session.closed',
    kind: 'idle',
    asks: true,
    before: ({ settings }, now) =>
      settings.idleCloseMinutes > 0 ? now - settings.idleCloseMinutes * minuteMs : null,
    isDue: (session, { settings }, now) =>
      [active, group].includes(session.state) &&
      isDue(idleSince(session), settings.idleCloseMinutes, now),
  })
  return { ended }
}
