// npm run migrate: brings the schema up. Starting kefu does the same; this is for those who want to see it done first.
import { readConfig } from '../src/config.ts'
import { openLog } from '../src/log.ts'
import { openStore } from '../src/store/open.ts'

try {
  const config = readConfig({ LOG_LEVEL: 'warn' })
  const store = await openStore({
    url: config.DATABASE_URL,
    dataDir: config.DATA_DIR,
    log: openLog(config.LOG_LEVEL),
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
  process.exit(1)
}
