// What can be run by the clock or by hand. A job works for one company at a time, or for the installation.
import type { Ports } from '../../ports.ts'
import { acceptFirstOfAll } from '../sessions/accept-first.ts'
import { fallBack } from './fallback.ts'
import { forgetOld } from './forget-old.ts'
import { syncIdentities } from '../accounts/identities.ts'
import { rescueMedia } from '../media/fetch-media.ts'
import { reread } from '../messages/reread.ts'
import { sweepOutbox } from './outbox-sweep.ts'
import { writeTally } from '../rules/tally.ts'
import { reconcileQueue } from './queue-reconcile.ts'
import { reclaim } from './reclaim.ts'

export type Job = {
  name: string
  everyMs: number
  run: (ports: Ports, companyId: string) => Promise<object>
  /** Runs in every process, without a lease. */
  everywhere?: (ports: Ports) => boolean
}

const second = 1000
const minute = 60 * second

export const jobs: Job[] = [
  { name: 'reclaim', everyMs: minute, run: reclaim },
  { name: 'fallback', everyMs: minute, run: fallBack },
  { name: 'accept-first', everyMs: minute, run: acceptFirstOfAll },
  { name: 'outbox-sweep', everyMs: 15 * second, run: sweepOutbox },
  { name: 'queue-reconcile', everyMs: 2 * second, run: reconcileQueue, everywhere: ({ queue }) => !queue.shared },
  { name: 'rule-counts', everyMs: 5 * second, run: writeTally, everywhere: () => true },
  { name: 'media-rescue', everyMs: 10 * minute, run: rescueMedia },
  { name: 'kf-sync', everyMs: 60 * minute, run: syncIdentities },
  { name: 'reread', everyMs: 10 * minute, run: reread },
  { name: 'forget-old', everyMs: 60 * minute, run: forgetOld },
]
