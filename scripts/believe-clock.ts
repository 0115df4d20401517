// npm run believe-clock: for use after the database's clock has been corrected. The next start uses
// the database's time at once, even if it is earlier than times already used. kefu must be stopped.
import { readConfig } from '../src/config.ts'
import { openLog } from '../src/log.ts'
import { openStore } from '../src/store/open.ts'
import { believeDatabase } from '../src/time-source.ts'

try {
  const config = readConfig({ LOG_LEVEL: 'warn' })
  const alone = config.REDIS_URL === undefined
  const store = await openStore({
    url: config.DATABASE_URL,
    dataDir: config.DATA_DIR,
    log: openLog(config.LOG_LEVEL),
    alone,
  })
  try {
    const { wasOffMs } = await believeDatabase({ store, alone })
    const seconds = (Math.abs(wasOffMs) / 1000).toFixed(1)
    console.log(
      `The next start has the time of the database. kefu's was ${seconds} s ${wasOffMs < 0 ? 'behind' : 'ahead of'} it.`,
    )
  } finally {
    await store.close()
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
