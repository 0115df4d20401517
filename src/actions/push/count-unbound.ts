import type { Needs } from '../../ports.ts'
import { inboxRow } from './inbox.ts'
import type { Push } from './decide/push.ts'

/**
 * Counts a push of an account that is not bound, once however often it is delivered; admins see the
 * number. Of the push only its inbox row is kept, without its XML.
 */
export async function countUnbound(
  needs: Needs<'store' | 'clock' | 'ids' | 'metrics'>,
  push: Push,
): Promise<void> {
  await needs.store.work('push', async (unit) => {
    const row = { ...inboxRow(needs, push), state: 'unbound', raw_xml: null }
    const seen = await unit.inbox.add([row])
    if (seen(row)?.inbox_id === row.inbox_id) {
      await unit.accounts.countUnbound(row.account_id, needs.clock.now())
    }
  })
  needs.metrics.pushes.inc({ result: 'unbound' })
}
