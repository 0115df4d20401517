// How each server of the webhook benchmark is started on an empty store, and how its stored pushes
// are counted afterwards.
import { join } from 'node:path'
import { startNginx } from '../services/nginx.ts'
import { removeDir } from '../services/places.ts'
import { startServer, type Running } from './child.ts'
import type { Cluster, ClusterDatabase } from './cluster.ts'
import { numberIn, type NumberOf } from './count.ts'
import type { Mode } from './pushes.ts'
import { openSeeded } from './serve-kefu.ts'

export type ServerName =
  'bare' | 'wechat' | 'kefu' | 'kefu-cluster-1' | 'kefu-cluster-2' | 'kefu-apart-2'
export type Contender = {
  url: string
  /** The processor time that all processes of the server have used so far, in µs. */
  cpuMicros: () => Promise<number>
  lockMs: (() => Promise<number>) | null
  stop: () => Promise<void>
  /**
   * Reads a number from what the server stored, once it has stopped; null for a server that stores
   * nothing.
   */
  number: NumberOf | null
  /** How many separate stores the server has; each of them contains the same followers. */
  stores: number
  clear: () => Promise<void>
}
export type Ground = {
  dir: string
  mode: Mode
  cluster: Cluster | null
  profile: string | undefined
}

export function startContender(server: ServerName, ground: Ground): Promise<Contender> {
  if (server === 'kefu') return startEmbedded(ground)
  if (server === 'kefu-cluster-1') return startProcesses(ground, 1)
  if (server === 'kefu-cluster-2') return startProcesses(ground, 2)
  if (server === 'kefu-apart-2') return startApart(ground)
  return startPeer(server)
}

async function startPeer(server: 'bare' | 'wechat'): Promise<Contender> {
  const running = await startServer(server, [])
  return { ...running, lockMs: null, number: null, stores: 1, clear: () => Promise.resolve() }
}

const profiling = ({ profile }: Ground) =>
  profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []

async function startEmbedded(ground: Ground): Promise<Contender> {
  const data = join(ground.dir, 'kefu')
  const running = await startServer(
    'kefu',
    [JSON.stringify({ DATA_DIR: data }), ground.mode],
    profiling(ground),
  )
  return {
    ...running,
    lockMs: null,
    stores: 1,
    clear: async () => {
      removeDir(data)
    },
    number: numberIn(join(data, 'kefu.db')),
  }
}

async function startProcesses(ground: Ground, howMany: number): Promise<Contender> {
  const database = await filled(ground, clusterOf(ground).fresh())
  const running = await startOn(ground, Array<ClusterDatabase>(howMany).fill(database))
  return {
    ...(await asOne(running)),
    number: database.number,
    stores: 1,
    lockMs: database.lockMs,
    clear: database.drop,
  }
}

/**
 * Two separate installations behind the same balancer. Compared with one installation they show the
 * cost of sharing the machine; what a cluster of two costs beyond that is the cost of cooperation.
 */
async function startApart(ground: Ground): Promise<Contender> {
  const databases = [
    await filled(ground, clusterOf(ground).fresh()),
    await filled(ground, clusterOf(ground).beside()),
  ]
  const running = await startOn(ground, databases)
  const numbers = (query: string) => Promise.all(databases.map(({ number }) => number(query)))
  return {
    ...(await asOne(running)),
    number: async (query) => sum(await numbers(query)),
    stores: databases.length,
    lockMs: databases[0]?.lockMs ?? null,
    clear: async () => {
      for (const { drop } of databases) await drop()
    },
  }
}

function clusterOf({ cluster }: Ground): Cluster {
  if (!cluster) throw new Error('no cluster was opened')
  return cluster
}

/**
 * Fills a database before the processes that use it are started, so that none of them has warmed up
 * more than the other.
 */
async function filled(ground: Ground, fresh: Promise<ClusterDatabase>): Promise<ClusterDatabase> {
  const database = await fresh
  const { app } = await openSeeded(
    { ...database.settings, DATA_DIR: join(ground.dir, 'process-0') },
    ground.mode,
    { withoutCron: true },
  )
  await app.close()
  return database
}

async function startOn(ground: Ground, databases: ClusterDatabase[]): Promise<Running[]> {
  const running: Running[] = []
  for (const [n, { settings }] of databases.entries()) {
    const own = { ...settings, DATA_DIR: join(ground.dir, `process-${n + 1}`) }
    running.push(await startServer('kefu', [JSON.stringify(own)], profiling(ground)))
  }
  return running
}

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0)

async function asOne(running: Running[]): Promise<Running> {
  const { url, stop } = await balanced(running)
  return {
    url,
    cpuMicros: async () => sum(await Promise.all(running.map((one) => one.cpuMicros()))),
    stop: async () => {
      await stop()
      await Promise.all(running.map((one) => one.stop()))
    },
  }
}

async function balanced(running: Running[]): Promise<{ url: string; stop: () => Promise<void> }> {
  const [first] = running
  if (first && running.length === 1) return { url: first.url, stop: () => Promise.resolve() }
  return startNginx({ upstreams: running.map(({ url }) => url) })
}
