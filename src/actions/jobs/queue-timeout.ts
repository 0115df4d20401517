import { groupOf } from '../../../rules/session/lane.ts'
import { queued } from '../../../rules/session/states.ts'
import { hoursAt, type Settings } from '../../../rules/settings.ts'
import { isDue, minuteMs, queuesSince } from '../../../rules/session/timers.ts'
import { workingMs, workingSince, type Hours } from '../../../rules/time/working-hours.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { runTimer, type TimerNeeds } from './timer.ts'

/**
 * Ends sessions that nobody claimed in time. If the company wants it, only working hours count as
 * waiting time.
 */
export async function endQueued(needs: TimerNeeds, companyId: string): Promise<{ ended: number }> {
  const ended = await runTimer(needs, companyId, {
    job: 'queue-timeout',
    event: 'queueTimeout',
    reason: 'queue_timed_out',
    says: 'session.closed',
    kind: 'queued',
    before: ({ settings }, now) => latestDue(settings, now),
    isDue: (session, { settings }, now) =>
      session.state === queued && isQueueDue(session, settings, now),
  })
  return { ended }
}

function isQueueDue(session: SessionRow, settings: Settings, now: number): boolean {
  const since = queuesSince(session)
  const hours = settings.queueInHours
    ? hoursAt(settings, { accountId: session.account_id, groupId: groupOf(session.lane) })
    : null
  if (hours === null) return isDue(since, settings.queueMinutes, now)
  return workingMs(hours, since, now) >= settings.queueMinutes * minuteMs
}

/**
 * Returns the latest moment such that a session that was queued before it may be due. Accounts and
 * groups may have different working hours, so it is computed for each of them.
 */
function latestDue(settings: Settings, now: number): number | null {
  const ms = settings.queueMinutes * minuteMs
  if (!settings.queueInHours) return now - ms
  const all = [
    settings,
    ...Object.values(settings.accounts),
    ...Object.values(settings.groups),
  ].map((one) => one.hours)
  const moments = all
    .filter((hours): hours is Hours | null => hours !== undefined)
    .map((hours) => (hours === null ? now - ms : workingSince(hours, now, ms)))
    .filter((moment) => moment !== null)
  return moments.length === 0 ? null : Math.max(...moments)
}
