// npm start: runs the whole product with a simulated WeChat, without any configuration.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openSimulator } from 'wechat-simulator'
import { openApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { openLog } from '../src/log.ts'
import { hearSignals, type Signals } from '../src/signals.ts'
import { removeRunningDemo, writeRunningDemo } from './demo-running.ts'
import { makeDemo } from './demo.ts'

let signals: Signals | null = null
try {
  const host = '127.0.0.1'
  const { SIMULATOR_PORT: port, DATA_DIR: dataDir } = readConfig()
  const simulator = await openSimulator({
    host,
    port,
    dataDir: join(dataDir, 'simulator'),
  })
  const demo = {
    HOST: host,
    WECHAT_API_BASE: simulator.url,
    CLOCK_URL: `${simulator.url}/sim/clock`,
  }
  const config = readConfig(demo)
  const log = openLog(config.LOG_LEVEL)
  signals = hearSignals(log)
  const app = await openApp(config, {
    log,
    ending: signals.ending,
    lost: signals.fail,
    consoleDir: resolve(import.meta.dirname, '../../console/dist'),
  })
  await signals.started(async () => {
    removeRunningDemo(dataDir)
    await app.close()
    await simulator.close()
  })
  const account = await makeDemo(app.ports, {
    dataDir: config.DATA_DIR,
    adminPassword: config.ADMIN_PASSWORD,
  })
  const url = await app.listen()
  writeRunningDemo(dataDir, { ...demo, PORT: new URL(url).port })
  await register(simulator.url, { ...account, callbackUrl: `${url}/wechat/${account.appid}` })
  const logins = readFileSync(join(config.DATA_DIR, 'demo-logins.txt'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replace(' ', ' / '))
    .join('   ')
  console.log(
    `\n  Console    ${url}\n  Simulator  ${simulator.url}\n  Logins     ${logins}\n  Data       ${resolve(config.DATA_DIR)}\n`,
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(signals?.ending.aborted ? 0 : 1)
}

async function register(simulatorUrl: string, account: object): Promise<void> {
  const answer = await fetch(`${simulatorUrl}/sim/accounts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(account),
  })
  if (!answer.ok) {
    throw new Error(`The simulator did not take the demo account: ${await answer.text()}`)
  }
}
