// npm run soak [-- --minutes N --seed S --edition cluster]: a long random run. npm run campaign is
// the same and prints a report for each promise.
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { lineOf } from '../../test/support/soak/journal.ts'
import { soak } from '../../test/support/soak/run.ts'
import { linesOfBreaches, linesOfPromises, summaryOf } from '../../test/support/soak/tell.ts'
import { startMariadb } from '../services/mariadb.ts'
import { startRedis } from '../services/redis.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    edition: { type: 'string', default: 'embedded' },
    report: { type: 'boolean', default: false },
  },
})
const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error('--minutes N --seed S: two numbers')
if (!['embedded', 'cluster'].includes(values.edition)) {
  throw new Error('--edition embedded, or cluster')
}

console.log(`${values.edition}, ${minutes} min, seed ${seed}`)
const services =
  values.edition === 'cluster' ? await Promise.all([startMariadb(), startRedis()]) : null
const began = performance.now()
try {
  const soaked = await soak({
    seed,
    minutes,
    servers: services && { mariadb: services[0].url, redis: services[1].url },
    tell: (text) => {
      if (values.report) return
      console.log(`${((performance.now() - began) / 1000).toFixed(0)} s ${text}`)
    },
  })
  for (const line of summaryOf(soaked)) console.log(line)
  if (values.report) for (const line of linesOfPromises(soaked)) console.log(line)
  for (const line of linesOfBreaches(soaked)) console.log(line)
  if (soaked.breaches.length > 0) {
    const file = join(tmpdir(), `kefu-soak-${seed}.jsonl`)
    writeFileSync(file, soaked.entries.map((entry) => `${lineOf(entry)}\n`).join(''))
    console.log(`Broken with seed ${seed}; what every client saw: ${file}`)
    process.exitCode = 1
  }
} finally {
  for (const service of services ?? []) await service.stop()
}
process.exit()
