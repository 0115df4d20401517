// npm run migrate: updates the database schema. Starting kefu does this as well; the script is for
// those who want to do it beforehand.
import { readConfig } from '../src/config.ts'
import { openLog } from '../src/log.ts'
import { hearSignals, type Signals } from '../src/signals.ts'
import { openStore } from '../src/store/open.ts'

let signals: Signals | null = null
try {
  const config = readConfig({ LOG_LEVEL: 'warn' })
  const log = openLog(config.LOG_LEVEL)
  signals = hearSignals(log)
  const store = await openStore({
    url: config.DATABASE_URL,
    dataDir: config.DATA_DIR,
    log,
    ending: signals.ending,
  })
  await store.close()
  const { migrated } = store
  console.log(
    migrated.length === 0
      ? 'The schema is up to date; nothing was done.'
      : `Done: ${migrated.join(', ')}. The schema is up to date.`,
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(signals?.ending.aborted ? 0 : 1)
}
