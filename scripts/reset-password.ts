// npm run reset-password -- NAME: sets a new password for somebody who lost theirs, and prints it
// once. With SQLite or without Redis kefu must be stopped, because only one process may use the
// database; with Redis it can run next to other processes.
import { createInterface } from 'node:readline/promises'
import { resetPassword } from '../src/actions/agents/reset-password.ts'
import { openApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'

async function askName(): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const name = await terminal.question('Login name: ')
  terminal.close()
  return name.trim()
}

try {
  const username = process.argv[2] ?? (await askName())
  const app = await openApp(readConfig({ LOG_LEVEL: 'warn' }), { withoutCron: true })
  try {
    const { password, enabled } = await resetPassword(app.ports, username)
    console.log(
      `The new password of ${username} is ${password} (it is shown this once). All sign-ins have ended.`,
    )
    if (!enabled) console.log(`${username} is disabled: an admin must enable this person first.`)
  } finally {
    await app.close()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
