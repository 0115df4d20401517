// Sends pending replies. Each account has its own share of the process, so that a hanging account
// or slow uploads do not delay other accounts.
import type { Worker } from '../worker.ts'
import { openAccountWorker } from '../account-worker.ts'
import { openShares } from '../shares.ts'
import { deliver, type DeliverNeeds } from './deliver.ts'
import { openLeases } from './leases.ts'

const lines = { perAccount: 8, first: 4, atOnce: 64, most: 512, slowAfterMs: 1000 }
/** A file is held in memory while it is uploaded, which may take a minute, so few run at once. */
const files = { perAccount: 4, first: 1, atOnce: 8, most: 64, slowAfterMs: 5000 }

export function openSender(needs: DeliverNeeds): Worker {
  const leases = openLeases(needs)
  const ending = new AbortController()
  const { outbox } = needs.store.read
  const worker = openAccountWorker(needs, {
    bell: 'outbox',
    kinds: { line: openShares(needs.clock, lines), file: openShares(needs.clock, files) },
    pending: async () =>
      (await outbox.pending()).map((row) => ({
        accountId: row.account_id,
        kind: row.holds_files === 1 ? 'file' : 'line',
      })),
    ready: ({ accountId, kind }, limit) =>
      outbox.ready(accountId, kind === 'file' ? 1 : 0, { now: needs.clock.now(), limit }),
    keyOf: (row) => row.wx_user_id,
    run: (row) => deliver(needs, { leases, ending: ending.signal }, row),
  })
  return {
    wake: worker.wake,
    close: async () => {
      ending.abort()
      await worker.close()
      await leases.close()
    },
  }
}
