// Caches the settings that nearly every push needs. A message on the event bus clears the cache; in
// case one is lost, entries also expire after 60 s.
import type { AccountRow, PlatformRow } from '../../../entities/index.ts'
import { readSettings } from '../../../rules/settings.ts'
import { platformPlace } from '../../secrets.ts'
import { placeOf } from '../accounts/account-row.ts'
import { staffOf } from '../queue/staff.ts'
import { openCompiler, soonReady } from '../rules/compile.ts'
import type {
  Known,
  KnownAccount,
  KnownCompany,
  KnownPlatform,
  Needs,
  PushKeys,
} from '../../ports.ts'

const holdsMs = 60_000
const mostSwitchedOff = 50

export function openKnown(needs: Needs<'store' | 'bus' | 'clock' | 'secrets' | 'log'>): Known {
  const platforms = remember<KnownPlatform>(needs.clock.mono, async (componentAppid) => {
    const row = await needs.store.read.platforms.find(componentAppid)
    return row && openPlatform(needs, row)
  })
  const accounts = remember<KnownAccount>(needs.clock.mono, async (appid) => {
    const row = await needs.store.read.accounts.byAppid(appid)
    const platform =
      row?.binding === 'platform' && row.component_appid !== null
        ? await platforms.get(row.component_appid)
        : null
    return row && { ...openAccount(needs, row), platform }
  })
  const compiled = openCompiler(needs)
  const switchedOff = openCompiler(needs, mostSwitchedOff)
  const companies = remember<KnownCompany>(needs.clock.mono, async (companyId) => {
    const row = await needs.store.read.companies.find(companyId)
    if (!row) return null
    const settings = readSettings(row.settings)
    // all rules of a company are read by a single select, so that they are all as they were at one
    // moment
    const rules = compiled(companyId, await needs.store.read.rules.all(companyId), settings)
    const staff = await staffOf(needs.store.read, companyId)
    await soonReady(rules)
    return {
      row,
      settings,
      staff,
      get matcher() {
        return rules.now()
      },
      newestRules: rules.ready,
      open: row.enabled === 1 && (row.expires_at ?? Infinity) > needs.clock.now(),
    }
  })
  needs.bus.subscribe('known', (companyId) => {
    accounts.clear()
    companies.clear(companyId)
    platforms.clear()
  })
  return {
    account: accounts.get,
    company: companies.get,
    platform: platforms.get,
    switchedOff: async ({ row, settings }) => {
      const rows = await needs.store.read.rules.disabled(row.company_id)
      const asIfOn = rows.map((one) => ({ ...one, enabled: 1 }))
      return switchedOff(row.company_id, asIfOn, settings).ready
    },
    anew: (companyId) => {
      companies.clear(companyId)
      return companies.get(companyId)
    },
  }
}

/**
 * How long the previous key of an account or a platform is accepted after it was replaced. WeChat
 * repeats a push for 15 s only, but a person who changes a key both at WeChat and here may take
 * much longer.
 */
const previousHoldsMs = 24 * 3600_000

export function openAccount(needs: Needs<'secrets'>, row: AccountRow): KnownAccount {
  const open = (sealed: string | null, column: 'app_secret' | 'token' | 'aes_key') =>
    sealed === null ? null : needs.secrets.open(sealed, placeOf(row, column))
  return {
    ...row,
    secret: open(row.app_secret, 'app_secret') ?? '',
    platform: null,
    ...keysOf(row, open),
  }
}

export function openPlatform(needs: Needs<'secrets'>, row: PlatformRow): KnownPlatform {
  const open = (sealed: string | null, column: string) =>
    sealed === null ? null : needs.secrets.open(sealed, platformPlace(row.component_appid, column))
  return {
    componentAppid: row.component_appid,
    secret: open(row.app_secret, 'app_secret') ?? '',
    ...keysOf(row, open),
  }
}

type StoredKeys = Pick<PlatformRow, 'token_previous' | 'aes_key_previous' | 'keys_changed_at'> & {
  token: string | null
  aes_key: string | null
}

function keysOf(
  row: StoredKeys,
  open: (sealed: string | null, column: 'token' | 'aes_key') => string | null,
): PushKeys {
  const changed =
    row.keys_changed_at !== null && (row.token_previous !== null || row.aes_key_previous !== null)
  return {
    pushToken: open(row.token, 'token') ?? '',
    aesKey: open(row.aes_key, 'aes_key'),
    previous: changed
      ? {
          pushToken: open(row.token_previous ?? row.token, 'token') ?? '',
          aesKey: open(row.aes_key_previous ?? row.aes_key, 'aes_key'),
          until: row.keys_changed_at + previousHoldsMs,
        }
      : null,
  }
}

function remember<T>(mono: () => number, load: (key: string) => Promise<T | null>) {
  const kept = new Map<string, { value: Promise<T | null>; until: number }>()
  return {
    get: (key: string): Promise<T | null> => {
      const entry = kept.get(key)
      if (entry && entry.until > mono()) return entry.value
      const value = load(key)
      kept.set(key, { value, until: mono() + holdsMs })
      // a failed read, and a name that does not exist, are not cached, so that the next call asks
      // again
      const forget = () => {
        if (kept.get(key)?.value === value) kept.delete(key)
      }
      value.then((found) => {
        if (found === null) forget()
      }, forget)
      return value
    },
    /** Removes the entry with this key from the cache, or all entries if no key is given. */
    clear: (key = '') => {
      if (key === '') kept.clear()
      else kept.delete(key)
    },
  }
}
