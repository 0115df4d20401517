// Checks for each account whether its secrets can be read, whether pushes are accepted, and which
// calls to WeChat are permitted.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AccountRow } from '../../entities/index.ts'
import { openAccount, openPlatform } from '../../src/actions/known/known.ts'
import { secretKey, type Config } from '../../src/config.ts'
import type { Finding, KnownAccount } from '../../src/ports.ts'
import { openSecrets, type Secrets } from '../../src/secrets.ts'
import type { Inspected } from '../../src/store/store.ts'
import { checkCalls } from './calls.ts'
import { checkAuthorized } from './platforms.ts'
import { checkPushes } from './pushes.ts'

export async function checkAccounts(config: Config, store: Inspected): Promise<Finding[]> {
  const companies = await store.read.companies.list()
  const lists = await Promise.all(
    companies.map((company) => store.read.accounts.list(company.company_id)),
  )
  const rows = lists.flat().filter((row) => row.kind === 'wechat')
  if (rows.length === 0) return [{ ok: true, what: 'No official account yet.' }]
  const secrets = secretsOf(config)
  if (!secrets) {
    return [
      {
        ok: false,
        what: 'There are accounts, but the key that reads their secrets is missing.',
        remedy: 'Set SECRET_KEY, or put secret.key back into DATA_DIR.',
      },
    ]
  }
  const findings: Finding[] = []
  for (const row of rows) findings.push(...(await checkAccount({ config, secrets, store }, row)))
  return findings
}

/**
 * Opens the secrets with their key, which is never created here. Null if the key is missing or
 * unusable, which the check of the settings has reported already.
 */
function secretsOf(config: Config): Secrets | null {
  if (!config.SECRET_KEY && !existsSync(join(config.DATA_DIR, 'secret.key'))) return null
  try {
    return openSecrets(secretKey(config))
  } catch {
    return null
  }
}

type Installation = { config: Config; secrets: Secrets; store: Inspected }

async function checkAccount(place: Installation, row: AccountRow): Promise<Finding[]> {
  const name = `${row.name} (${row.appid})`
  const account = await readable(place, row)
  if (!account) {
    return [
      {
        ok: false,
        what: `${name}: its secrets cannot be read with this key.`,
        remedy:
          'Set the SECRET_KEY they were stored with, or enter secret, token and key of the account again.',
      },
    ]
  }
  if (account.binding === 'unbound') return [unbound(account, name)]
  const { platform } = account
  return [
    ...checkTimes(row, name),
    ...(await checkPushes(place.config, { account, name })),
    ...(platform
      ? [
          await checkAuthorized(place.store, {
            appid: row.appid,
            componentAppid: platform.componentAppid,
            name,
          }),
        ]
      : await checkCalls(place.config, account, name)),
  ]
}

function unbound({ unbound_pushes: pushes }: AccountRow, name: string): Finding {
  if (pushes === 0) {
    return { ok: true, what: `${name} is not bound: its pushes are answered and not taken.` }
  }
  return {
    ok: false,
    what: `${name} is not bound, and ${pushes} pushes of its followers were not taken.`,
    remedy: "Bind it under accounts, or take kefu's address out of its 服务器配置 at WeChat.",
  }
}

const mayDifferMs = 60_000
const saidForMs = 7 * 24 * 3600_000

/**
 * Reports what the account's pushes tell about our clock, and whether somebody sent old pushes
 * again.
 */
function checkTimes(row: AccountRow, name: string): Finding[] {
  const findings: Finding[] = []
  const { newest_push: told, newest_push_at: cameAt, old_push_at: oldAt } = row
  if (told !== null && cameAt !== null && Math.abs(cameAt - told) > mayDifferMs) {
    const seconds = Math.round(Math.abs(cameAt - told) / 1000)
    findings.push({
      ok: false,
      what: `${name}: when its newest push came, kefu's clock was ${seconds} s ${cameAt > told ? 'ahead of' : 'behind'} WeChat's.`,
      remedy: 'Let NTP set the clocks of kefu and of its database. No push is lost by it.',
    })
  }
  if (oldAt !== null && Math.max(Date.now(), cameAt ?? 0) - oldAt < saidForMs) {
    findings.push({
      ok: false,
      what: `${name}: ${row.old_pushes} old pushes were refused, the last at ${new Date(oldAt).toISOString()}: somebody sends again what they have kept.`,
      remedy:
        'Choose safe mode (安全模式) at WeChat and here, and see who can read the access log.',
    })
  }
  return findings
}

async function readable(
  { secrets, store }: Installation,
  row: AccountRow,
): Promise<KnownAccount | null> {
  try {
    const platform =
      row.binding === 'platform' && row.component_appid !== null
        ? await store.read.platforms.find(row.component_appid)
        : null
    return {
      ...openAccount({ secrets }, row),
      platform: platform && openPlatform({ secrets }, platform),
    }
  } catch {
    return null
  }
}
