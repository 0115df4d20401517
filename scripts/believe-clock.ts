// npm run believe-clock: after a jump of the database's clock that has set it right. The next start has its time at once, also when that
// lies before what was given out. kefu must be stopped for it.
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
