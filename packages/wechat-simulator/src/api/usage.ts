import type { Store } from '../state/store.ts'
import { put } from '../state/tables.ts'
import type { Account, Usage } from '../types.ts'
import { refuse } from './call.ts'
import type { Endpoint } from './call.ts'

/** WeChat's days and months end at midnight in Beijing. */
function today(now: number): string {
  return new Date(now + 8 * 3600_000).toISOString().slice(0, 10)
}

export function usageOf(store: Store, appid: string): Usage {
  const now = store.now()
  const [day, minute] = [today(now), Math.floor(now / 60_000)]
  const usage =
    store.usage.get(appid) ??
    put(store, 'usage', {
      appid,
      day,
      calls: {},
      minute,
      minuteCalls: {},
      month: day.slice(0, 7),
      clears: 0,
      refreshes: 0,
    })
  if (usage.day !== day) Object.assign(usage, { day, calls: {}, refreshes: 0 })
  if (usage.minute !== minute) Object.assign(usage, { minute, minuteCalls: {} })
  if (usage.month !== day.slice(0, 7)) Object.assign(usage, { month: day.slice(0, 7), clears: 0 })
  return usage
}

export function dailyLimit(
  account: Account,
  path: string,
  endpoint: Pick<Endpoint, 'daily'>,
): number | null {
  return account.limits[path] ?? endpoint.daily ?? null
}

type Counted = { path: string; endpoint: Pick<Endpoint, 'daily'> }

/** Counts the call, or refuses it with 45009 (limit per day) or 45011 (limit per minute). */
export function countCall(store: Store, account: Account, { path, endpoint }: Counted): void {
  const usage = usageOf(store, account.appid)
  const [day, minute] = [usage.calls[path] ?? 0, usage.minuteCalls[path] ?? 0]
  if (day >= (dailyLimit(account, path, endpoint) ?? Infinity)) refuse(45009)
  if (minute >= (account.minuteLimits[path] ?? Infinity)) refuse(45011)
  usage.calls[path] = day + 1
  usage.minuteCalls[path] = minute + 1
  store.saveSoon()
}
