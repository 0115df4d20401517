// What nearly every push needs of the settings. A ring of the bus clears it; 60 s is the net below.
import { compileRules } from '../../rules/keyword.ts'
import { readSettings } from '../../rules/settings.ts'
import type { AccountRow } from '../../entities/index.ts'
import { staffOf } from './agents/staff.ts'
import type { Known, KnownAccount, KnownCompany, Needs } from '../ports.ts'

const holdsMs = 60_000

export function openKnown(needs: Needs<'store' | 'bus' | 'clock' | 'secrets'>): Known {
  const accounts = remember<KnownAccount>(needs.clock.mono, async (appid) => {
    const row = await needs.store.read.accounts.byAppid(appid)
    return row && openAccount(needs, row)
  })
  const companies = remember<KnownCompany>(needs.clock.mono, async (companyId) => {
    const row = await needs.store.read.accounts.company(companyId)
    if (!row) return null
    const matcher = compileRules(await needs.store.read.rules.list(companyId))
    const staff = await staffOf(needs.store.read, companyId)
    return { row, settings: readSettings(row.settings), staff, matcher, open: row.enabled === 1 && (row.expires_at ?? Infinity) > needs.clock.now() }
  })
  needs.bus.subscribe('known', () => {
    accounts.clear()
    companies.clear()
  })
  return { account: accounts.get, company: companies.get }
}

export function openAccount(needs: Needs<'secrets'>, row: AccountRow): KnownAccount {
  const open = (column: 'app_secret' | 'token' | 'aes_key') =>
    row[column] === null ? null : needs.secrets.open(row[column], `${row.company_id}:${row.account_id}:${column}`)
  return { ...row, secret: open('app_secret') ?? '', pushToken: open('token') ?? '', aesKey: open('aes_key') }
}

function remember<T>(mono: () => number, load: (key: string) => Promise<T | null>) {
  const kept = new Map<string, { value: Promise<T | null>, until: number }>()
  return {
    get: (key: string): Promise<T | null> => {
      const entry = kept.get(key)
      if (entry && entry.until > mono()) return entry.value
      const value = load(key)
      kept.set(key, { value, until: mono() + holdsMs })
      // neither a failure nor an unknown name is worth remembering
      value.then((found) => { if (found === null) kept.delete(key) }, () => { kept.delete(key) })
      return value
    },
    clear: () => { kept.clear() },
  }
}
