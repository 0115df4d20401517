// The table of jobs, which run by schedule or by hand. A job works for one company at a time or for
// the whole installation.
import type { Ports } from '../../ports.ts'
import { acceptFirstOfAll } from '../transition/accept-first.ts'
import { assignQueued } from '../queue/assign-queued.ts'
import { fallBack } from './fallback.ts'
import { forgetOld } from './forget-old.ts'
import { handOn } from './hand-on.ts'
import { closeIdle } from './idle-close.ts'
import { syncIdentities } from '../accounts/identities.ts'
import { rescueMedia } from '../media/fetch-media.ts'
import { reread } from '../push/reread.ts'
import { rereadRefused } from '../push/reread-refused.ts'
import { sweepOutbox } from './outbox-sweep.ts'
import { overflowGroups } from './overflow.ts'
import { rerankQueue } from './queue-rank.ts'
import { writeTally } from '../rules/tally.ts'
import { reconcileQueue } from './queue-reconcile.ts'
import { endQueued } from './queue-timeout.ts'
import { reclaim } from './reclaim.ts'
import { sweepVault } from './sweep-vault.ts'
import { takeBack } from './take-back.ts'
import { endWaiting } from './waiting-timeout.ts'

export type Job = {
  name: string
  everyMs: number
  run: (ports: Ports, companyId: string) => Promise<object>
  /**
   * How long a job rests after a run, as a multiple of how long its runs take. It is set for jobs
   * that walk through the whole queue, so that they do not load the machine all the time.
   */
  rests?: number
  /** The job runs once for the installation instead of once per company. */
  once?: true
  /**
   * If this function returns true, the job runs in every process, without a lease; otherwise only
   * in the process that gets the lease.
   */
  everywhere?: (ports: Ports) => boolean
}

const second = 1000
const minute = 60 * second

export const jobs: Job[] = [
  { name: 'reclaim', everyMs: minute, run: reclaim },
  { name: 'fallback', everyMs: 15 * second, run: fallBack },
  { name: 'waiting-timeout', everyMs: 30 * second, run: endWaiting },
  { name: 'queue-timeout', everyMs: 30 * second, run: endQueued },
  { name: 'idle-close', everyMs: 30 * second, run: closeIdle },
  { name: 'take-back', everyMs: 15 * second, run: takeBack },
  { name: 'hand-on', everyMs: 15 * second, run: handOn },
  { name: 'overflow', everyMs: 10 * second, run: overflowGroups },
  { name: 'assign', everyMs: 5 * second, run: assignQueued },
  { name: 'accept-first', everyMs: minute, run: acceptFirstOfAll },
  { name: 'queue-rank', everyMs: 10 * second, run: rerankQueue },
  { name: 'outbox-sweep', everyMs: 15 * second, run: sweepOutbox },
  {
    name: 'queue-reconcile',
    everyMs: 2 * second,
    run: reconcileQueue,
    rests: 10,
    everywhere: ({ queue }) => !queue.shared,
  },
  { name: 'rule-counts', everyMs: 5 * second, run: writeTally, everywhere: () => true },
  { name: 'media-rescue', everyMs: 10 * minute, run: rescueMedia },
  { name: 'kf-sync', everyMs: 60 * minute, run: syncIdentities },
  { name: 'reread', everyMs: 10 * minute, run: reread },
  { name: 'reread-refused', everyMs: minute, run: rereadRefused },
  { name: 'sweep-vault', everyMs: 24 * 60 * minute, run: sweepVault, once: true },
  { name: 'forget-old', everyMs: 10 * minute, run: forgetOld, once: true },
]
