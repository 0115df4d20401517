import type { Needs } from '../../ports.ts'
import type { Push } from './push.ts'

/** SQL refuses this push and always will: it keeps an inbox row with its raw XML, so that nothing is lost. */
export async function refuse(
  needs: Needs<'store' | 'clock' | 'ids' | 'metrics'>,
  { account, openid, dedupKey, deed, xml }: Push,
): Promise<void> {
  await needs.store.work('push', async (unit) => {
    await unit.inbox.add([
      {
        inbox_id: needs.ids(),
        company_id: account.company_id,
        account_id: account.account_id,
        dedup_key: dedupKey,
        openid,
        kind: deed.kind,
        state: 'refused',
        raw_xml: xml,
        created_at: needs.clock.now(),
      },
    ])
  })
  needs.metrics.pushes.inc({ result: 'refused_by_sql' })
}
