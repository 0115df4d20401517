// Keeps the newest time that each account's pushes have told. It is held in memory and written to
// the database about once a minute, so that other processes, and the next start, know it too. No
// push waits for this.
import { isAhead, isOldPush, type Newest } from '../../../rules/time/push-time.ts'
import { inBackground } from '../../in-background.ts'
import type { KnownAccount, Needs } from '../../ports.ts'

type PushTimesNeeds = Needs<'store' | 'clock' | 'log' | 'metrics'>
type HeardTimes = {
  newest: Newest | null
  /**
   * The signatures of the pushes that carry the newest second. A push of the same second with
   * another signature is a new one; with the same signature it may be a copy.
   */
  signatures: Set<string>
  /**
   * Since when the times in the account's pushes have been ahead of our clock; null if they are
   * not.
   */
  aheadSince: number | null
  written: number
  refused: number
  writing: Promise<void> | null
}
type Stamp = { told: number; signature: string }

export type PushTimes = {
  isOld: (account: KnownAccount, stamp: Stamp) => boolean
  /**
   * Remembers the time of a push if it is the newest. It must be called only for a push whose
   * signature was correct.
   */
  hear: (account: KnownAccount, stamp: Stamp) => void
  refuse: (account: KnownAccount) => void
  idle: () => Promise<void>
}

const writeEveryMs = 60_000
const aheadForMs = 10 * 60_000
const mostSignatures = 64

export function openPushTimes(needs: PushTimesNeeds): PushTimes {
  const { clock, metrics } = needs
  const all = new Map<string, HeardTimes>()
  const of = (account: KnownAccount): HeardTimes => {
    const known = all.get(account.account_id)
    if (known) return known
    const heard: HeardTimes = {
      newest: newestOf(account),
      signatures: new Set(),
      aheadSince: null,
      written: -Infinity,
      refused: 0,
      writing: null,
    }
    all.set(account.account_id, heard)
    return heard
  }
  const keep = (account: KnownAccount, heard: HeardTimes) => {
    if (heard.writing || clock.mono() - heard.written < writeEveryMs) return
    heard.written = clock.mono()
    heard.writing = write(needs, account, heard).finally(() => {
      heard.writing = null
    })
    inBackground(needs.log, 'the time of pushes', heard.writing)
  }

  return {
    isOld: (account, { told, signature }) => {
      const { newest, signatures } = of(account)
      // two different customers may write within the same second; their pushes have different
      // signatures, so both are new
      const isNew = told === newest?.told && !signatures.has(signature)
      return !isNew && isOldPush(told, clock.now(), newest)
    },
    hear: (account, stamp) => {
      const heard = of(account)
      metrics.pushClockSkew.set((clock.now() - stamp.told) / 1000)
      listen(heard, stamp, clock)
      keep(account, heard)
    },
    refuse: (account) => {
      const heard = of(account)
      heard.refused += 1
      metrics.pushes.inc({ result: 'old' })
      keep(account, heard)
    },
    idle: async () => {
      for (const { writing } of all.values()) await writing?.catch(() => undefined)
    },
  }
}

const newestOf = (row: Pick<KnownAccount, 'newest_push' | 'newest_push_at'>): Newest | null =>
  row.newest_push === null || row.newest_push_at === null
    ? null
    : { told: row.newest_push, cameAt: row.newest_push_at }

function listen(
  heard: HeardTimes,
  { told, signature }: Stamp,
  clock: Needs<'clock'>['clock'],
): void {
  const { newest, signatures } = heard
  if (told === newest?.told && signatures.size < mostSignatures) signatures.add(signature)
  if (newest && told <= newest.told) return
  if (newest && isAhead(told, clock.now(), newest)) {
    heard.aheadSince ??= clock.mono()
    if (clock.mono() - heard.aheadSince < aheadForMs) return
  }
  heard.aheadSince = null
  heard.newest = { told, cameAt: clock.now() }
  heard.signatures = new Set([signature])
}

async function write(
  { store, clock, log }: PushTimesNeeds,
  { company_id: companyId, account_id: accountId, appid }: KnownAccount,
  heard: HeardTimes,
): Promise<void> {
  const refused = heard.refused
  const { newest } = heard
  await store.work('rest', async (unit) => {
    if (newest) await unit.accounts.hearPush(companyId, accountId, newest)
    if (refused > 0) {
      await unit.accounts.countOld(companyId, accountId, { refused, at: clock.now() })
    }
  })
  heard.refused -= refused
  if (refused > 0) {
    log.warn({ appid, refused }, 'old pushes were refused: somebody sends kept ones again')
  }
  const row = await store.read.accounts.find(companyId, accountId)
  const stored = row && newestOf(row)
  if (stored && stored.told > (heard.newest?.told ?? 0)) {
    heard.newest = stored
    heard.signatures.clear()
  }
}
