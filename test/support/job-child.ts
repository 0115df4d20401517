// A process that runs one slot of a job and dies at a chosen step (a write, or a call to another
// system). It wraps the ports to do so; the product contains no flag for it.
import { jobs } from '../../src/actions/jobs/jobs.ts'
import { runSlot } from '../../src/actions/jobs/run-job.ts'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { stepping, type Killing } from './job-kills.ts'

const {
  settings,
  job: name,
  slot,
  at,
  where,
  counted,
} = JSON.parse(process.argv[2] ?? '{}') as Killing & { settings: Record<string, string> }

let before = Infinity
let last = 0
const wrap = stepping((here, n) => {
  last = Math.max(last, n)
  if (n === before + at && here === where) process.kill(process.pid, 'SIGKILL')
})

const app = await openApp(readConfig(settings, {}), { log: silentLog, withoutCron: true, wrap })
const job = jobs.find((one) => one.name === name)
if (!job) throw new Error(`there is no job ${name}`)
app.ports.tally.add(counted.spoken, counted.unanswered)
before = last
await runSlot(app.ports, job, slot)
await app.close()
process.exit(0)
