// npm run services: starts MariaDB, and Redis alone, with Sentinel and as a cluster, as tests do,
// for trying things by hand. They end with this process.
import { startMariadb } from './mariadb.ts'
import { startCluster, startRedis, startSentinel, type Service } from './redis.ts'

const starts: Record<string, () => Promise<Service>> = {
  MariaDB: startMariadb,
  Redis: startRedis,
  'Redis, Sentinel': startSentinel,
  'Redis, Cluster': startCluster,
}
const started: Service[] = []
let stopping = false

async function stop(code: number): Promise<void> {
  if (stopping) return
  stopping = true
  await Promise.allSettled(started.map((service) => service.stop()))
  process.exit(code)
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stop(0).catch(() => process.exit(1))
  })
}

try {
  const lines = await Promise.all(
    Object.entries(starts).map(async ([name, start]) => {
      const service = await start()
      started.push(service)
      return `  ${name.padEnd(16)} ${service.url}\n`
    }),
  )
  process.stdout.write(
    `\n${lines.join('')}\nAll on loopback, with data that leaves with them. Ctrl+C stops them.\n`,
  )
  setInterval(() => undefined, 60_000)
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\nnpm test says how to get what is missing.\n`,
  )
  await stop(1)
}
