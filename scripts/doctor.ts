// npm run doctor: explains what is misconfigured and what to do. With `invariants` it checks the
// stored data. It runs next to running processes and changes nothing itself; a process that is sent
// a test push keeps an inbox row of it.
import { readConfig, type Config } from '../src/config.ts'
import type { Finding } from '../src/ports.ts'
import { findRunningDemo } from './demo-running.ts'
import { checkAccounts } from './doctor/accounts.ts'
import { checkClocks } from './doctor/clocks.ts'
import { checkDatabase } from './doctor/database.ts'
import { checkInvariants } from './doctor/invariants.ts'
import { checkPlatforms } from './doctor/platforms.ts'
import { checkRedis } from './doctor/redis.ts'
import { checkRefusedPushes } from './doctor/refused-pushes.ts'
import { checkSettings } from './doctor/settings.ts'

async function examine(config: Config): Promise<Finding[]> {
  const { store, findings } = await checkDatabase(config)
  try {
    return [
      ...checkSettings(config),
      ...findings,
      ...(await checkRedis(config, store)),
      ...(await checkClocks(config, store)),
      ...(store
        ? [
            ...(await checkPlatforms(store)),
            ...(await checkAccounts(config, store)),
            ...(await checkRefusedPushes(store)),
          ]
        : []),
    ]
  } finally {
    await store?.close()
  }
}

function configured(): Config | Finding {
  try {
    const config = readConfig()
    const demo = findRunningDemo(config.DATA_DIR)
    return demo ? { ...readConfig(demo), PORT: Number(demo.PORT) } : config
  } catch (error) {
    return {
      ok: false,
      what: error instanceof Error ? error.message : String(error),
      remedy: 'Correct the environment or .env.',
    }
  }
}

const config = configured()
const asked = process.argv[2] === 'invariants' ? checkInvariants : examine
const findings = 'ok' in config ? [config] : await asked(config)
for (const { ok, what, remedy } of findings) {
  console.log(`${ok ? '✔' : '✘'} ${what}${remedy === undefined ? '' : `\n    → ${remedy}`}`)
}
const wrong = findings.filter(({ ok }) => !ok).length
console.log(
  wrong === 0 ? '\nNothing is wrong.' : `\n${wrong} of ${findings.length} need attention.`,
)
process.exit(wrong === 0 ? 0 : 1)
