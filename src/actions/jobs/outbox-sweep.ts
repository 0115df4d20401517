import type { Needs } from '../../ports.ts'

/** A lease that ran out proves nothing: the row is `unknown`, never sent again by itself. */
export async function sweepOutbox(needs: Needs<'store' | 'bus' | 'clock' | 'metrics'>): Promise<{ unknown: number }> {
  const expired = await needs.store.read.outbox.expired(needs.clock.now(), 500)
  let unknown = 0
  for (const row of expired) {
    unknown += await needs.store.work('rest', async (unit) => {
      const seen = await unit.outbox.find(row.outbox_id)
      if (seen?.state !== 'sending' || (seen.lease_until ?? Infinity) > needs.clock.now()) return 0
      await unit.messages.deliver([row.outbox_id], 'unknown', null)
      return unit.outbox.giveUp(row.outbox_id, needs.clock.now())
    })
  }
  if (unknown > 0) needs.metrics.repairs.inc({ what: 'outbox_lease_expired' }, unknown)
  needs.bus.publish('outbox', '')
  return { unknown }
}
