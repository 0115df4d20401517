// A private Redis: a single server, a Sentinel set-up or a Cluster, on loopback with directories of
// its own.
import { execFile, execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePorts, freshDir } from './places.ts'
import { openServer, type Server } from './server.ts'
import { serviceOf, startAll, stopAll, type Service } from './service.ts'

export type { Service } from './service.ts'

const run = promisify(execFile)
const cli = (port: number, args: string[]) => ['-h', '127.0.0.1', '-p', String(port), ...args]
const waitMs = 30_000
const replicas = 2
const sentinels = 3

async function ask(port: number, ...args: string[]): Promise<string> {
  const { stdout } = await run('redis-cli', cli(port, args), { timeout: 2000 })
  return stdout.trim()
}

type Node = { port: number; server: Server; dir: string }
type NodeOptions = { port: number; dir: string; lines?: string[]; args?: string[] }

/**
 * Prepares a Redis server. Its configuration is in a file, because Sentinel stores changes in it;
 * options in `args` override the file.
 */
function openNode({ port, dir, lines = [], args = [] }: NodeOptions): Node {
  const file = join(dir, 'redis.conf')
  writeFileSync(
    file,
    [
      'bind 127.0.0.1',
      `port ${port}`,
      'protected-mode yes',
      'daemonize no',
      `dir ${dir}`,
      'appendonly yes',
      'appendfsync everysec',
      'save ""',
      'maxmemory-policy noeviction',
      'repl-diskless-sync-delay 0',
      ...lines,
    ].join('\n') + '\n',
    { mode: 0o600 },
  )
  const answers = async () => (await ask(port, 'ping')) === 'PONG'
  return {
    port,
    dir,
    server: openServer({
      name: `redis-server ${port}`,
      command: 'redis-server',
      args: [file, ...args],
      dir,
      answers,
    }),
  }
}

/**
 * Starts a single Redis. If the caller gives a directory for the data, it is kept when the server
 * stops; otherwise the data are deleted.
 */
export async function startRedis(
  options: { args?: string[]; dir?: string } = {},
): Promise<Service> {
  const [port = 0] = await freePorts(1)
  const dir = options.dir ?? freshDir('redis')
  const dirs = options.dir === undefined ? [dir] : []
  const { server } = openNode({ port, dir, args: options.args ?? [] })
  await startAll([server], dirs)
  return serviceOf({
    url: `redis://127.0.0.1:${port}`,
    ports: [port],
    servers: [server],
    dirs,
    main: () => server,
  })
}

/**
 * Starts a master with replicas and three sentinels, which notice within 1.5 s that the master is
 * gone.
 */
export async function startSentinel(): Promise<Service> {
  const ports = await freePorts(1 + replicas + sentinels)
  const master = ports[0] ?? 0
  const nodes = ports.slice(0, 1 + replicas).map((port) =>
    openNode({
      port,
      dir: freshDir('redis'),
      lines: port === master ? [] : [`replicaof 127.0.0.1 ${master}`],
    }),
  )
  const guards = ports.slice(1 + replicas).map((port) => openSentinel(port, master))
  const [servers, dirs] = [
    [...nodes, ...guards].map((node) => node.server),
    [...nodes, ...guards].map((node) => node.dir),
  ]
  await startAll(
    nodes.map((node) => node.server),
    dirs,
  )
  // Waits until the master knows all replicas before the sentinels are started. A sentinel learns
  // of replicas from the master, which it asks only every 10 s.
  await whole(servers, dirs, async () =>
    (await ask(master, 'info', 'replication')).includes(`connected_slaves:${replicas}`),
  )
  await startAll(
    guards.map((node) => node.server),
    dirs,
  )
  await whole(servers, dirs, async () =>
    (await Promise.all(guards.map((guard) => knowsAll(guard.port)))).every(Boolean),
  )
  const hosts = guards.map((guard) => `127.0.0.1:${guard.port}`).join(',')
  return serviceOf({
    url: `redis+sentinel://${hosts}/mymaster`,
    ports,
    servers,
    dirs,
    main: () => masterOf(nodes, guards),
  })
}

function openSentinel(port: number, master: number): Node {
  const dir = freshDir('sentinel')
  const file = join(dir, 'sentinel.conf')
  writeFileSync(
    file,
    [
      'bind 127.0.0.1',
      `port ${port}`,
      'protected-mode yes',
      'daemonize no',
      `dir ${dir}`,
      `sentinel monitor mymaster 127.0.0.1 ${master} 2`,
      'sentinel down-after-milliseconds mymaster 1500',
      'sentinel failover-timeout mymaster 5000',
      'sentinel parallel-syncs mymaster 1',
    ].join('\n') + '\n',
    { mode: 0o600 },
  )
  const answers = async () => (await ask(port, 'ping')) === 'PONG'
  return {
    port,
    dir,
    server: openServer({
      name: `sentinel ${port}`,
      command: 'redis-server',
      args: [file, '--sentinel'],
      dir,
      answers,
    }),
  }
}

async function knowsAll(port: number): Promise<boolean> {
  const lines = (await ask(port, 'sentinel', 'master', 'mymaster')).split('\n')
  const value = (name: string) => lines[lines.indexOf(name) + 1]
  return (
    value('flags') === 'master' &&
    value('num-slaves') === String(replicas) &&
    value('num-other-sentinels') === String(sentinels - 1)
  )
}

/** Asks the sentinels which server is the master at present, since this changes with a failover. */
function masterOf(nodes: Node[], guards: Node[]): Server {
  for (const guard of guards.filter((one) => one.server.alive)) {
    const answer = execFileSync(
      'redis-cli',
      cli(guard.port, ['sentinel', 'get-master-addr-by-name', 'mymaster']),
      { encoding: 'utf8', timeout: 2000 },
    )
    const master = nodes.find((node) => node.port === Number(answer.trim().split('\n')[1]))
    if (master) return master.server
  }
  throw new Error('no sentinel knows the master')
}

/**
 * Starts a cluster of three masters without replicas. If one of them is missing, the whole cluster
 * reports itself as down.
 */
export async function startCluster(): Promise<Service> {
  const ports = await freePorts(6)
  const [clients, buses] = [ports.slice(0, 3), ports.slice(3)]
  const nodes = clients.map((port, at) =>
    openNode({
      port,
      dir: freshDir('cluster'),
      lines: [
        'cluster-enabled yes',
        'cluster-config-file nodes.conf',
        'cluster-node-timeout 2000',
        `cluster-port ${buses[at] ?? 0}`,
      ],
    }),
  )
  const [servers, dirs] = [nodes.map((node) => node.server), nodes.map((node) => node.dir)]
  await startAll(servers, dirs)
  const [first = 0, firstBus = 0] = [clients[0], buses[0]]
  for (const [at, port] of clients.entries()) {
    const slot = (share: number) => Math.floor((16384 * share) / clients.length)
    await ask(port, 'cluster', 'set-config-epoch', String(at + 1))
    await ask(port, 'cluster', 'addslotsrange', String(slot(at)), String(slot(at + 1) - 1))
    if (at > 0) await ask(port, 'cluster', 'meet', '127.0.0.1', String(first), String(firstBus))
  }
  const ready = async (port: number) =>
    /cluster_state:ok[^]*cluster_slots_ok:16384[^]*cluster_known_nodes:3/.test(
      await ask(port, 'cluster', 'info'),
    )
  await whole(servers, dirs, async () => (await Promise.all(clients.map(ready))).every(Boolean))
  const [main] = servers
  if (!main) throw new Error('a cluster has nodes')
  return serviceOf({
    url: `redis+cluster://${clients.map((port) => `127.0.0.1:${port}`).join(',')}`,
    ports,
    servers,
    dirs,
    main: () => main,
  })
}

async function whole(
  servers: Server[],
  dirs: string[],
  holds: () => Promise<boolean>,
): Promise<void> {
  const until = performance.now() + waitMs
  while (!(await holds().catch(() => false))) {
    if (performance.now() > until) {
      await stopAll(servers, dirs)
      throw new Error('the Redis servers did not find each other')
    }
    await sleep(50)
  }
}
