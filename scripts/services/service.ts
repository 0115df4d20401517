// What a test holds of one or several servers that belong together.
import { removeDir } from './places.ts'
import type { Server } from './server.ts'

export type Service = {
  url: string
  /** The main server first, also in `pids`. */
  ports: number[]
  readonly pids: number[]
  stop: () => Promise<void>
  /** Freezes the main server, the master of the moment: it holds its connections and answers nothing. */
  pause: () => void
  resume: () => void
  kill: () => void
  /** Whoever is dead comes back, else the main server ends in order first; port and directory stay. */
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

/** What one of several could not do leaves none behind. */
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
