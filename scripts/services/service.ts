// One or several servers that belong together, as a test uses them.
import { removeDir } from './places.ts'
import type { Server } from './server.ts'

export type Service = {
  url: string
  /**
   * The ports of all servers in the same order as `pids`; that of the main server comes first.
   * Those of a cluster are followed by the ports of its bus.
   */
  ports: number[]
  readonly pids: number[]
  stop: () => Promise<void>
  /**
   * Freezes the main server (the present master): it keeps its connections open and answers
   * nothing.
   */
  pause: () => void
  resume: () => void
  kill: () => void
  /**
   * Starts servers that are dead, or else restarts the main server. Ports and directories stay the
   * same.
   */
  restart: () => Promise<void>
}

type Parts = { url: string; ports: number[]; servers: Server[]; dirs: string[]; main: () => Server }

export function serviceOf({ url, ports, servers, dirs, main }: Parts): Service {
  return {
    url,
    ports,
    get pids() {
      return servers.map((server) => server.pid)
    },
    pause: () => {
      main().signal('SIGSTOP')
    },
    resume: () => {
      for (const server of servers) server.signal('SIGCONT')
    },
    kill: () => {
      main().kill()
    },
    restart: async () => {
      const dead = servers.filter((server) => !server.alive)
      const again = dead.length > 0 ? dead : [main()]
      await Promise.all(
        again.map(async (server) => {
          await server.stop()
          await server.start()
        }),
      )
    },
    stop: () => stopAll(servers, dirs),
  }
}

/**
 * Starts servers at the same time. If one of them cannot be started, the others are stopped again.
 */
export async function startAll(servers: Server[], dirs: string[]): Promise<void> {
  const results = await Promise.allSettled(servers.map((server) => server.start()))
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return
  await stopAll(servers, dirs)
  throw failed.reason
}

export async function stopAll(servers: Server[], dirs: string[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()))
  for (const dir of dirs) removeDir(dir)
}
