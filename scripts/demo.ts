// Creates the demo on an empty database: a company, a simulated account, two agents and starter
// rules.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareInstallation } from '../src/actions/companies/prepare-installation.ts'
import { createAccount } from '../src/actions/accounts/create-account.ts'
import { createRule } from '../src/actions/rules/save-rule.ts'
import { createUser } from '../src/actions/agents/create-user.ts'
import type { Ports } from '../src/ports.ts'
import { starterRules } from './starter-rules.ts'

export type DemoAccount = {
  appid: string
  appSecret: string
  token: string
  encodingAesKey: string
  originalId: string
  name: string
  mode: 'safe'
}

const password = () => randomBytes(9).toString('base64url')

export async function makeDemo(
  ports: Ports,
  { dataDir, adminPassword }: { dataDir: string; adminPassword: string | undefined },
): Promise<DemoAccount> {
  const file = join(dataDir, 'demo.json')
  const admin = await prepareInstallation(ports, {
    password: adminPassword ?? password(),
    name: '演示公司',
  })
  if (!admin) {
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DemoAccount
    throw new Error(
      `${dataDir} holds an installation without the demo: use npm run serve for it, or another DATA_DIR for npm start.`,
    )
  }
  const me = {
    companyId: admin.companyId,
    uid: (await ports.store.read.users.byUsername('admin'))?.uid ?? 0,
    role: 'admin' as const,
  }
  const account = demoAccount()
  await createAccount(ports, me, { kind: 'wechat', binding: 'direct', ownLane: false, ...account })
  const agents = [
    { username: 'agent1', name: '小林' },
    { username: 'agent2', name: '小周' },
  ].map((one) => ({ ...one, password: password() }))
  for (const agent of agents) await createUser(ports, me, { ...agent, role: 'agent' })
  for (const rule of starterRules) {
    await createRule(ports, me, rule)
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(file, JSON.stringify(account), { mode: 0o600 })
  const logins = [admin, ...agents].map((one) => `${one.username} ${one.password}\n`)
  writeFileSync(join(dataDir, 'demo-logins.txt'), logins.join(''), { mode: 0o600 })
  return account
}

function demoAccount(): DemoAccount {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex')
  return {
    appid: `wx${hex(8)}`,
    appSecret: hex(16),
    token: hex(8),
    encodingAesKey: `${hex(21)}A`,
    originalId: `gh_${hex(6)}`,
    name: '演示公众号',
    mode: 'safe',
  }
}
