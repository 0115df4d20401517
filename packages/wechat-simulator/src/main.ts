#!/usr/bin/env node
import { join } from 'node:path'
import { openSimulator } from './simulator.ts'

// eslint-disable-next-line no-restricted-properties -- the simulator imports nothing of the product, its config.ts neither
const settings = process.env

async function main(): Promise<void> {
  const port = Number(settings['SIMULATOR_PORT'] ?? 3100)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error('SIMULATOR_PORT must be a port number')
  }
  const dataDir = join(settings['DATA_DIR'] ?? './data', 'simulator')
  const simulator = await openSimulator({ host: settings['HOST'] ?? '127.0.0.1', port, dataDir })
  console.log(`WeChat simulator: ${simulator.url}  (data in ${dataDir})`)
  const stop = (): void => {
    simulator.close().then(() => process.exit(0), fail)
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

main().catch(fail)
