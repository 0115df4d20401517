// Private Redis servers on free loopback ports, each with its own directory, gone with the test that asked for them.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Service = {
  url: string
  ports: number[]
  pids: number[]
  stop: () => Promise<void>
  pause: () => void
  resume: () => void
  kill: () => void
  restart: () => Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => { server.close(resolve) })
  // a cluster's bus listens 10000 above
  return port > 50_000 ? freePort() : port
}

const cli = (port: number, ...args: string[]) => spawnSync('redis-cli', ['-p', String(port), ...args], { encoding: 'utf8' }).stdout.trim()

async function until(ask: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (ask()) return
    await new Promise((resolve) => { setTimeout(resolve, 50) })
  }
  throw new Error('a Redis of the test did not start')
}

type Part = { command: string, port: number, config: string, args?: string[] }

async function start(parts: Part[], url: string): Promise<Service> {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-redis-'))
  let children: ChildProcess[] = []
  const ports = parts.map(({ port }) => port)
  const run = async () => {
    children = parts.map(({ command, port, config, args = [] }) => {
      const file = join(dir, `${port}.conf`)
      writeFileSync(file, `bind 127.0.0.1\nport ${port}\ndir ${dir}\n${config}\n`)
      return spawn(command, [file, ...args], { stdio: 'ignore' })
    })
    await until(() => ports.every((port) => cli(port, 'ping') === 'PONG'))
  }
  const signal = (name: NodeJS.Signals) => { children[0]?.kill(name) }
  const stop = async () => {
    children[0]?.kill('SIGCONT')
    await Promise.all(children.map((child) => new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve(null)
      else child.once('exit', resolve)
      child.kill('SIGKILL')
    })))
  }
  await run()
  return {
    url, ports,
    get pids() { return children.map((child) => child.pid ?? 0) },
    pause: () => { signal('SIGSTOP') }, resume: () => { signal('SIGCONT') }, kill: () => { signal('SIGKILL') },
    restart: async () => {
      await stop()
      await run()
    },
    stop: async () => {
      await stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const plainConfig = 'save ""\nappendonly no'

export async function startRedis({ args = [] }: { args?: string[] } = {}): Promise<Service> {
  const port = await freePort()
  return start([{ command: 'redis-server', port, config: plainConfig, args }], `redis://127.0.0.1:${port}`)
}

export async function startSentinel(): Promise<Service> {
  const [master, replica, ...sentinels] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()]
  const watch = `sentinel monitor mymaster 127.0.0.1 ${master} 2\nsentinel down-after-milliseconds mymaster 1000\nsentinel failover-timeout mymaster 4000`
  const service = await start([
    { command: 'redis-server', port: master, config: plainConfig },
    { command: 'redis-server', port: replica, config: `${plainConfig}\nreplicaof 127.0.0.1 ${master}\nrepl-diskless-sync-delay 0` },
    ...sentinels.map((port) => ({ command: 'redis-sentinel', port, config: watch })),
  ], `redis+sentinel://${sentinels.map((port) => `127.0.0.1:${port}`).join(',')}/mymaster`)
  await until(() => cli(replica, 'role').includes('connected') && sentinels.every((port) => /num-slaves\s+1\s+num-other-sentinels\s+2\b/.test(cli(port, 'sentinel', 'master', 'mymaster'))))
  return service
}

export async function startCluster(): Promise<Service> {
  const ports = [await freePort(), await freePort(), await freePort()]
  const service = await start(ports.map((port) => ({
    command: 'redis-server', port, config: `${plainConfig}\ncluster-enabled yes\ncluster-config-file ${port}.nodes\ncluster-node-timeout 2000`,
  })), `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`)
  spawnSync('redis-cli', ['--cluster', 'create', ...ports.map((port) => `127.0.0.1:${port}`), '--cluster-yes'], { encoding: 'utf8' })
  await until(() => ports.every((port) => cli(port, 'cluster', 'info').includes('cluster_state:ok')))
  return service
}
