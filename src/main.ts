// npm run serve: only the product. Starts, listens to signals, gives an exit code.
import { prepareInstallation } from './actions/agents/prepare-installation.ts'
import { openApp } from './app.ts'
import { readConfig } from './config.ts'
import { closeOnSignals } from './signals.ts'

try {
  const config = readConfig()
  const app = await openApp(config, {
    consoleDir: new URL('../../console/dist', import.meta.url).pathname,
  })
  const first = await prepareInstallation(app.ports, { password: config.ADMIN_PASSWORD })
  if (first) {
    process.stdout.write(
      `First start. Sign in as ${first.username} with the password ${first.password} (it is shown this once).\n`,
    )
  }
  closeOnSignals(() => app.close(), app.ports.log)
  process.stdout.write(`kefu answers on ${await app.listen()}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
