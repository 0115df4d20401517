import { setTimeout as sleep } from 'node:timers/promises'
import type { OutboxRow, SessionRow } from '../../../entities/index.ts'
import type { Needs, Unit } from '../../ports.ts'
import { lineEvents, writeEvents } from '../streams/write.ts'
import { holderSpeaksWithinMs } from '../messages/leases.ts'

type SweepNeeds = Needs<'store' | 'bus' | 'clock' | 'ids' | 'metrics'>

/**
 * Replies whose lease has expired become `unknown`: nobody knows whether WeChat got them, so they
 * are not sent again automatically. If the lease expired because the clock jumped, its holder first
 * gets time to renew it. Leases of passive answers are never renewed.
 */
export async function sweepOutbox(needs: SweepNeeds): Promise<{ unknown: number }> {
  const expired = await needs.store.read.outbox.expired(needs.clock.now(), 500)
  if (expired.some(({ way }) => way === 'api')) await sleep(holderSpeaksWithinMs)
  let unknown = 0
  for (const row of expired) {
    unknown += await needs.store
      .work('rest', (unit) => giveUp(needs, unit, row))
      .catch((error: unknown) => {
        if (error instanceof StillHeld) return 0
        throw error
      })
  }
  if (unknown > 0) needs.metrics.repairs.inc({ what: 'outbox_lease_expired' }, unknown)
  needs.bus.publish('outbox', '')
  return { unknown }
}

/**
 * Thrown when the process that sends a reply renews its lease at the same moment. The transaction
 * is then rolled back, and the reply does not become `unknown`.
 */
class StillHeld extends Error {}

async function giveUp(needs: SweepNeeds, unit: Unit, row: OutboxRow): Promise<number> {
  const id = row.outbox_id
  const seen = await unit.outbox.find(id)
  const until = row.lease_until
  if (until === null || seen?.state !== 'sending' || seen.lease_until !== until) return 0
  const session =
    seen.session_id === null ? null : await unit.sessions.lock(seen.company_id, seen.session_id)
  // a reply is left alone if its sender has stored the result after this job read it as unfinished
  if (
    (await unit.messages.deliver([id], { delivery: 'unknown', errcode: null }, ['sending'])) === 0
  ) {
    return 0
  }
  const given = await unit.outbox.giveUp(id, { until, at: needs.clock.now() })
  if (given === 0) throw new StillHeld()
  if (session) await tellOwner(needs, unit, { session, id })
  return given
}

async function tellOwner(
  needs: SweepNeeds,
  unit: Unit,
  { session, id }: { session: SessionRow; id: string },
): Promise<void> {
  const line = await unit.messages.find(session.company_id, id)
  if (line) {
    writeEvents(
      needs,
      unit,
      lineEvents('message.unknown', session, { line, at: needs.clock.now() }),
    )
  }
}
