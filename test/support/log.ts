// Houses are quiet, but what would wake somebody stands beside the test that failed.
import { silentLog, type Log } from '../../src/log.ts'

const clip = (facts: object) => JSON.stringify(facts).slice(0, 500)

export const errorLog: Log = {
  ...silentLog,
  error: (facts, text) => {
    console.error(`error: ${text} ${clip(facts)}`)
  },
}
