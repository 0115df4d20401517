// The newest time told by each account's pushes. In memory, and in SQL about once a minute: what another process or the one before a
// restart has heard is known as well, and no push waits for it.
import { isAhead, isOldPush, type Newest } from '../../../rules/time/push-time.ts'
import { inBackground } from '../../in-background.ts'
import type { KnownAccount, Needs } from '../../ports.ts'

type PushTimesNeeds = Needs<'store' | 'clock' | 'log' | 'metrics'>
type Heard = {
  newest: Newest | null
  /** Signatures of the newest second: a second push in it has another one. */
  signatures: Set<string>
  /** Since when times run ahead of our clock. */
  aheadSince: number | null
  written: number
  refused: number
  writing: Promise<void> | null
}
type Stamp = { told: number; signature: string }

export type PushTimes = {
  isOld: (account: KnownAccount, stamp: Stamp) => boolean
  /** Of a push whose signature was right. */
  hear: (account: KnownAccount, stamp: Stamp) => void
  refuse: (account: KnownAccount) => void
  idle: () => Promise<void>
}

const writeEveryMs = 60_000
const aheadForMs = 10 * 60_000
const mostSignatures = 64

export function openPushTimes(needs: PushTimesNeeds): PushTimes {
  const { clock, metrics } = needs
  const all = new Map<string, Heard>()
  const of = (account: KnownAccount): Heard => {
    const known = all.get(account.account_id)
    if (known) return known
    const heard: Heard = {
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
  const keep = (account: KnownAccount, heard: Heard) => {
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
      // two customers may write in one second
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

function listen(heard: Heard, { told, signature }: Stamp, clock: Needs<'clock'>['clock']): void {
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
  heard: Heard,
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
