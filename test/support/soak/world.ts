// The surroundings of a long run: the simulator, the product in separate processes, and the
// connections and disks that can be disturbed.
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { openSimulator } from 'wechat-simulator'
import { startNginx } from '../../../scripts/services/nginx.ts'
import { freePorts } from '../../../scripts/services/places.ts'
import type { Service } from '../../../scripts/services/service.ts'
import { prepareInstallation } from '../../../src/actions/companies/prepare-installation.ts'
import { openApp } from '../../../src/app.ts'
import { readConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { password, post } from '../app.ts'
import { openEdition, type Servers } from '../edition.ts'
import type { ProcessReport } from '../ends-clean.ts'
import { openSmallDisk, type SmallDisk } from '../small-disk.ts'
import { openTcpProxy, type TcpProxy } from '../tcp-proxy.ts'
import { lookAtFile, lookAtServer, type Look } from './look.ts'
import { openProcess, type Process } from './process.ts'

export type World = {
  /**
   * The address at which clients reach the product: that of the balancer, or of the single process.
   */
  url: string
  simulator: string
  processes: Process[]
  wires: { database: TcpProxy; redis: TcpProxy } | null
  /** A small disk that can be filled up; null if the run may not mount one. */
  disk: SmallDisk | null
  look: Look
  logged: ProcessReport[]
  /** The product's time according to a clock that only the run itself moves. */
  now: () => number
  /**
   * Turns a time of the product into a time of this machine's monotonic clock, by which operations
   * are recorded.
   */
  monoOf: (productTime: number) => number
  /** A lower bound of the product's time: every process has reached it. */
  lowestNow: () => number
  advance: (ms: number) => Promise<void>
  close: () => Promise<void>
}

/**
 * How long after a move of the clock every process certainly knows of it. A process asks once a
 * second, but the run itself may freeze it for two seconds just then, so this is much longer.
 */
const heardWithinMs = 6000

export async function openWorld(minutes: number, servers: Servers | null): Promise<World> {
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  const disk = openSmallDisk(Math.ceil(256 + 64 * minutes))
  const edition = await openEdition(servers)
  const database = edition.settings['DATABASE_URL'] ?? ''
  const wires = servers && (await openWires(database, servers.redis))
  const settings = {
    ...edition.settings,
    ...(wires && { DATABASE_URL: wires.database.url, REDIS_URL: wires.redis.url }),
    ...commonSettings(disk.dir, simulator.url),
  }
  await prepare(settings)
  const logged: ProcessReport[] = []
  const ports = await freePorts(servers ? 2 : 1)
  const processes = ports.map((port) =>
    openProcess({ ...settings, PORT: String(port) }, (line) => logged.push(line)),
  )
  await Promise.all(processes.map((one) => one.start()))
  const urls = processes.map(({ url }) => url)
  const balancer: Service | null = servers ? await startNginx({ upstreams: urls }) : null
  const look = servers ? await lookAtServer(database) : lookAtFile(join(disk.dir, 'kefu.db'))
  return {
    url: doorOf(balancer, urls),
    simulator: simulator.url,
    processes,
    wires,
    disk: isMounted(disk.dir, minutes) ? disk : null,
    look,
    logged,
    ...openClockOf(simulator.url),
    close: async () => {
      await Promise.all(processes.map((one) => one.stop()))
      await balancer?.stop()
      await look.close()
      await Promise.all(Object.values(wires ?? {}).map((wire) => wire.close()))
      await edition.close()
      await simulator.close()
      disk.close()
    },
  }
}

const commonSettings = (dir: string, simulator: string) => ({
  HOST: '127.0.0.1',
  DATA_DIR: dir,
  WECHAT_API_BASE: simulator,
  CLOCK_URL: `${simulator}/sim/clock`,
  LOGIN_IDLE_HOURS: '100000',
  LOGIN_MAX_DAYS: '10000',
})

const doorOf = (balancer: Service | null, urls: string[]) => balancer?.url ?? urls[0] ?? ''

const openWires = async (database: string, redis: string) => ({
  database: await openTcpProxy(database),
  redis: await openTcpProxy(redis),
})

async function prepare(settings: Record<string, string>): Promise<void> {
  const app = await openApp(readConfig({ ...settings, PORT: '0' }, {}), {
    log: silentLog,
    withoutCron: true,
  })
  await prepareInstallation(app.ports, { password })
  await app.close()
}

function openClockOf(simulator: string): Pick<World, 'now' | 'monoOf' | 'lowestNow' | 'advance'> {
  const began = Date.now() - performance.now()
  let advanced = 0
  const moves: { at: number; before: number }[] = []
  const now = () => began + performance.now() + advanced
  return {
    now,
    monoOf: (time) => {
      let from = 0
      for (const { at, before } of moves) {
        const mono = time - began - before
        if (mono <= at) return Math.max(mono, from)
        from = at
      }
      return Math.max(time - began - advanced, from)
    },
    lowestNow: () => {
      const recent = moves.find(({ at }) => performance.now() - at < heardWithinMs)
      return began + performance.now() + (recent?.before ?? advanced)
    },
    advance: async (ms) => {
      moves.push({ at: performance.now(), before: advanced })
      advanced += ms
      await post(`${simulator}/sim/clock`, { advanceMs: ms })
    },
  }
}

function isMounted(dir: string, minutes: number): boolean {
  const { blocks, bsize } = statfsSync(dir)
  return blocks * bsize <= Math.ceil(256 + 64 * minutes) * 1024 * 1024
}
