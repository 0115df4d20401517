// npm run seed: fills the configured database, which must be empty, with the demo's company,
// account, people and rules.
import { join } from 'node:path'
import { openApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { makeDemo } from './demo.ts'

try {
  const config = readConfig({ LOG_LEVEL: 'warn' })
  const app = await openApp(config, { withoutCron: true })
  try {
    const companies = await app.ports.store.read.companies.list()
    if (companies.length > 0) {
      throw new Error(
        `Nothing was done: there is a company already (${companies.map((company) => company.company_name).join(', ')}). The demo goes into an empty database only.`,
      )
    }
    const account = await makeDemo(app.ports, {
      dataDir: config.DATA_DIR,
      adminPassword: config.ADMIN_PASSWORD,
    })
    console.log(
      `Made: a company, the account ${account.appid}, admin, agent1, agent2 and the starter rules.`,
    )
    console.log(
      `Logins: ${join(config.DATA_DIR, 'demo-logins.txt')}. Token and key of the account: ${join(config.DATA_DIR, 'demo.json')}.`,
    )
  } finally {
    await app.close()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
