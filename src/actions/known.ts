// What nearly every push needs of the settings. A ring of the bus clears it; 60 s is the net below.
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { compiling, type Matcher } from '../../rules/keyword.ts'
import { readSettings, type Settings } from '../../rules/settings.ts'
import type { AccountRow, MessageRuleRow } from '../../entities/index.ts'
import type { Known, KnownAccount, KnownCompany, Needs } from '../ports.ts'

const holdsMs = 60_000

export function openKnown(needs: Needs<'store' | 'bus' | 'clock' | 'secrets'>): Known {
  const accounts = remember<KnownAccount>(needs.clock.mono, async (appid) => {
    const row = await needs.store.read.accounts.byAppid(appid)
    return row && openAccount(needs, row)
  })
  const compiled = openCompiler()
  const companies = remember<KnownCompany>(needs.clock.mono, async (companyId) => {
    const row = await needs.store.read.accounts.company(companyId)
    if (!row) return null
    const settings = readSettings(row.settings)
    // one select: the rules of one moment, never a mixture
    const matcher = await compiled(companyId, await needs.store.read.rules.all(companyId), settings)
    return { row, settings, matcher, open: row.enabled === 1 && (row.expires_at ?? Infinity) > needs.clock.now() }
  })
  needs.bus.subscribe('known', (companyId) => {
    accounts.clear()
    companies.clear(companyId)
  })
  return {
    account: accounts.get, company: companies.get,
    anew: (companyId) => {
      companies.clear(companyId)
      return companies.get(companyId)
    },
  }
}

/** Compiles what has changed, in turns with whatever else this process does; the same rules are not compiled again. */
function openCompiler() {
  const kept = new Map<string, { said: string, matcher: Matcher }>()
  return async (companyId: string, rows: MessageRuleRow[], settings: Settings): Promise<Matcher> => {
    const said = createHash('sha256').update(JSON.stringify([settings.traditionalAsSimplified, rows])).digest('base64')
    const known = kept.get(companyId)
    if (known?.said === said) return known.matcher
    const steps = compiling(rows, { traditionalIsSimplified: settings.traditionalAsSimplified })
    for (;;) {
      const step = steps.next()
      if (step.done) {
        kept.set(companyId, { said, matcher: step.value })
        return step.value
      }
      await nextTurn()
    }
  }
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
      const forget = () => { if (kept.get(key)?.value === value) kept.delete(key) }
      value.then((found) => { if (found === null) forget() }, forget)
      return value
    },
    /** All, where nothing is named. */
    clear: (key = '') => {
      if (key === '') kept.clear()
      else kept.delete(key)
    },
  }
}
