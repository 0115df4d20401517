// The whole product as it is shipped, on a directory of its own: one account, 100 rules, 10,000 followers who wrote before.
import { prepareInstallation } from '../../src/actions/agents/prepare-installation.ts'
import { createAccount } from '../../src/actions/accounts/create-account.ts'
import type { Push } from '../../src/actions/messages/push.ts'
import { receive } from '../../src/actions/messages/receive.ts'
import { createRule } from '../../src/actions/rules/create-rule.ts'
import { openApp, type App } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { KnownAccount, KnownCompany } from '../../src/ports.ts'
import { account, knownFollowers, knownOpenid, rules, type Mode } from './pushes.ts'
import { endOnSignal, sayReady } from './serve.ts'

export type Seeded = { app: App, account: KnownAccount, company: KnownCompany }

/** Nothing listens on port 9: what the product would send to WeChat stays here. */
export async function openSeeded(dir: string, mode: Mode): Promise<Seeded> {
  const settings = { HOST: '127.0.0.1', PORT: '0', DATA_DIR: dir, LOG_LEVEL: 'silent', WECHAT_API_BASE: 'http://127.0.0.1:9' }
  const app = await openApp(readConfig(settings, {}))
  const { ports } = app
  const first = await prepareInstallation(ports, { password: 'bench bench bench' })
  if (!first) throw new Error(`${dir} is not empty`)
  const uid = (await ports.store.read.users.byUsername(first.username))?.uid ?? 0
  const me = { companyId: first.companyId, uid, role: 'admin' as const }
  await createAccount(ports, me, { kind: 'wechat', binding: 'direct', ownLane: false, ...account, mode })
  for (const { name, kind, keywords, text } of rules) {
    await createRule(ports, me, { name, enabled: true, priority: 0, match: { kind, keywords }, action: { kind: 'text', text } })
  }
  const [known, company] = [await ports.known.account(account.appid), await ports.known.company(first.companyId)]
  if (!known || !company) throw new Error('the account was not kept')
  await seedFollowers({ app, account: known, company })
  return { app, account: known, company }
}

async function seedFollowers({ app, account, company }: Seeded): Promise<void> {
  const seed = (n: number): Push => ({
    account, company, openid: knownOpenid(n), dedupKey: `seed:${n}`, deed: { kind: 'text', text: 'first words' }, xml: '',
  })
  for (let n = 0; n < knownFollowers; n += 500) {
    await receive(app.ports, Array.from({ length: Math.min(500, knownFollowers - n) }, (_, at) => seed(n + at)))
    // the clock's door must be heard between two batches
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const [dir, mode] = process.argv.slice(2)
if (import.meta.filename === process.argv[1] && dir !== undefined) {
  const { app } = await openSeeded(dir, mode === 'safe' ? 'safe' : 'plain')
  endOnSignal(() => app.close())
  sayReady(await app.listen())
}
