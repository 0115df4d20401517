// How each server of the webhook bench is started on an empty store, and how its store is counted afterwards.
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { startNginx } from '../services/nginx.ts'
import { startServer, type Running } from './child.ts'
import type { Cluster } from './cluster.ts'
import type { NumberOf } from './count.ts'
import { removeDir } from './place.ts'
import type { Mode } from './pushes.ts'
import { openSeeded } from './serve-kefu.ts'

export type Server = 'bare' | 'wechat' | 'kefu' | 'kefu-cluster-1' | 'kefu-cluster-2'
export type Contender = {
  url: string
  /** Of all its processes. */
  cpuMicros: () => Promise<number>
  lockMs: (() => Promise<number>) | null
  stop: () => Promise<void>
  /** After it has stopped; null for a server that stores nothing. */
  number: NumberOf | null
  clear: () => Promise<void>
}
export type Ground = { dir: string, mode: Mode, cluster: Cluster | null, profile: string | undefined }

export function startContender(server: Server, ground: Ground): Promise<Contender> {
  if (server === 'kefu') return startEmbedded(ground)
  if (server === 'kefu-cluster-1') return startProcesses(ground, 1)
  if (server === 'kefu-cluster-2') return startProcesses(ground, 2)
  return startPeer(server)
}

async function startPeer(server: 'bare' | 'wechat'): Promise<Contender> {
  const running = await startServer(server, [])
  return { ...running, lockMs: null, number: null, clear: () => Promise.resolve() }
}

const profiling = ({ profile }: Ground) => profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []

async function startEmbedded(ground: Ground): Promise<Contender> {
  const data = join(ground.dir, 'kefu')
  const running = await startServer('kefu', [JSON.stringify({ DATA_DIR: data }), ground.mode], profiling(ground))
  return {
    ...running, lockMs: null, clear: async () => { removeDir(data) },
    number: async (query) => {
      const database = new SqliteDatabase(join(data, 'kefu.db'), { readonly: true })
      try {
        return database.prepare(query).pluck().get() as number
      } finally {
        database.close()
      }
    },
  }
}

/** Filled before they start, so that no process of them is warmer than the other. */
async function startProcesses(ground: Ground, howMany: number): Promise<Contender> {
  if (!ground.cluster) throw new Error('no cluster was opened')
  const database = await ground.cluster.fresh()
  const settingsOf = (n: number) => ({ ...database.settings, DATA_DIR: join(ground.dir, `process-${n}`) })
  const { app } = await openSeeded(settingsOf(0), ground.mode, { withoutCron: true })
  await app.close()
  const running: Running[] = []
  for (let n = 1; n <= howMany; n += 1) {
    running.push(await startServer('kefu', [JSON.stringify(settingsOf(n))], profiling(ground)))
  }
  const { url, stop } = await balanced(running)
  return {
    url, number: database.number, lockMs: database.lockMs, clear: database.drop,
    cpuMicros: async () => (await Promise.all(running.map((one) => one.cpuMicros()))).reduce((sum, one) => sum + one, 0),
    stop: async () => {
      await stop()
      await Promise.all(running.map((one) => one.stop()))
    },
  }
}

async function balanced(running: Running[]): Promise<{ url: string, stop: () => Promise<void> }> {
  const [first] = running
  if (first && running.length === 1) return { url: first.url, stop: () => Promise.resolve() }
  return startNginx({ upstreams: running.map(({ url }) => url) })
}
