import type { SessionRow } from '../../../entities/index.ts'
import type { Needs, Unit } from '../../ports.ts'
import { lineEvents, writeEvents } from '../events.ts'

type SweepNeeds = Needs<'store' | 'bus' | 'clock' | 'ids' | 'metrics'>

/** A lease that ran out proves nothing: the row is `unknown`, never sent again by itself. */
export async function sweepOutbox(needs: SweepNeeds): Promise<{ unknown: number }> {
  const expired = await needs.store.read.outbox.expired(needs.clock.now(), 500)
  let unknown = 0
  for (const row of expired) {
    unknown += await needs.store.work('rest', (unit) => giveUp(needs, unit, row.outbox_id))
  }
  if (unknown > 0) needs.metrics.repairs.inc({ what: 'outbox_lease_expired' }, unknown)
  needs.bus.publish('outbox', '')
  return { unknown }
}

async function giveUp(needs: SweepNeeds, unit: Unit, id: string): Promise<number> {
  const seen = await unit.outbox.find(id)
  if (seen?.state !== 'sending' || (seen.lease_until ?? Infinity) > needs.clock.now()) return 0
  const session =
    seen.session_id === null ? null : await unit.sessions.lock(seen.company_id, seen.session_id)
  // the sender may have settled it since we looked
  if (
    (await unit.messages.deliver([id], { delivery: 'unknown', errcode: null }, ['sending'])) === 0
  ) {
    return 0
  }
  const given = await unit.outbox.giveUp(id, needs.clock.now())
  if (given === 1 && session) await tellOwner(needs, unit, { session, id })
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
