// The whole product as it is shipped, with one account, 100 rules and 10,000 followers who have
// written before.
import type { Me } from '../../src/actions/access/caller.ts'
import { prepareInstallation } from '../../src/actions/companies/prepare-installation.ts'
import { createAccount } from '../../src/actions/accounts/create-account.ts'
import type { Push } from '../../src/actions/push/decide/push.ts'
import { receive } from '../../src/actions/push/receive.ts'
import { createRule } from '../../src/actions/rules/save-rule.ts'
import { openApp, type App, type AppOptions } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { KnownAccount, KnownCompany } from '../../src/ports.ts'
import { benchAccount, knownFollowers, knownOpenid, rules, type Mode } from './pushes.ts'
import { endOnSignal, sayReady } from './serve.ts'

export type Environment = Record<string, string>
export type Seeded = { app: App; admin: Me; account: KnownAccount; company: KnownCompany }

// Settings that every run has. WeChat's address is a port on which nothing listens, so nothing is
// sent to WeChat.
export const always = {
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'silent',
  WECHAT_API_BASE: 'http://127.0.0.1:9',
}

export const openKefu = (settings: Environment, options: AppOptions = {}) =>
  openApp(readConfig({ ...always, ...settings }, {}), options)

export async function openSeeded(
  settings: Environment,
  mode: Mode,
  options: AppOptions = {},
): Promise<Seeded> {
  const seeded = await openPrepared(settings, mode, options)
  await seedFollowers(seeded)
  return seeded
}

/** Starts the product with one account and 100 rules, without any followers. */
export async function openPrepared(
  settings: Environment,
  mode: Mode,
  options: AppOptions = {},
): Promise<Seeded> {
  const app = await openKefu(settings, options)
  const { ports } = app
  const first = await prepareInstallation(ports, { password: 'bench bench bench' })
  if (!first) throw new Error('the store is not empty')
  const uid = (await ports.store.read.users.byUsername(first.username))?.uid ?? 0
  const admin = { companyId: first.companyId, uid, role: 'admin' as const }
  await createAccount(ports, admin, {
    kind: 'wechat',
    binding: 'direct',
    ownLane: false,
    ...benchAccount,
    mode,
  })
  for (const { name, kind, keywords, text } of rules) {
    await createRule(ports, admin, {
      name,
      enabled: true,
      priority: 0,
      match: { kind, keywords },
      action: { kind: 'text', text },
    })
  }
  const [known, company] = [
    await ports.known.account(benchAccount.appid),
    await ports.known.company(first.companyId),
  ]
  if (!known || !company) throw new Error('the account was not kept')
  return { app, admin, account: known, company }
}

async function seedFollowers({ app, account, company }: Seeded): Promise<void> {
  const seed = (n: number): Push => ({
    account,
    company,
    customerKey: knownOpenid(n),
    dedupKey: `seed:${n}`,
    deed: { kind: 'text', text: 'first words' },
    xml: '',
  })
  for (let n = 0; n < knownFollowers; n += 500) {
    await receive(
      app.ports,
      Array.from({ length: Math.min(500, knownFollowers - n) }, (_, at) => seed(n + at)),
    )
    // Pauses between two batches, so that a request to stop this process can arrive.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

// with the mode of the pushes (plain or safe) this process fills its store itself; without one it
// uses a store that another process has filled
const [settings, mode] = process.argv.slice(2)
if (import.meta.filename === process.argv[1] && settings !== undefined) {
  const given = JSON.parse(settings) as Environment
  const app =
    mode === undefined
      ? await openKefu(given)
      : (await openSeeded(given, mode === 'safe' ? 'safe' : 'plain')).app
  endOnSignal(() => app.close())
  sayReady(await app.listen())
}
