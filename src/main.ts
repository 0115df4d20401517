// The entry of `npm run serve`: runs only the product, reacts to signals and sets the exit code.
import { prepareInstallation } from './actions/companies/prepare-installation.ts'
import { openApp } from './app.ts'
import { readConfig } from './config.ts'
import { openLog } from './log.ts'
import { hearSignals, type Signals } from './signals.ts'

let signals: Signals | null = null
try {
  const config = readConfig()
  const log = openLog(config.LOG_LEVEL)
  signals = hearSignals(log)
  const app = await openApp(config, {
    log,
    ending: signals.ending,
    lost: signals.fail,
    consoleDir: new URL('../../console/dist', import.meta.url).pathname,
  })
  await signals.started(() => app.close())
  const first = await prepareInstallation(app.ports, { password: config.ADMIN_PASSWORD })
  if (first) {
    process.stdout.write(
      `First start. Sign in as ${first.username} with the password ${first.password} (it is shown this once).\n`,
    )
  }
  process.stdout.write(`kefu answers on ${await app.listen()}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(signals?.ending.aborted ? 0 : 1)
}
