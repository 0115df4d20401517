// A process of the product that may die at any moment and is started again on the same port.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessReport } from '../ends-clean.ts'
import type { AskedOfProcess } from '../second-process.ts'

export type Process = {
  url: string
  start: () => Promise<void>
  kill: () => Promise<void>
  freeze: () => void
  thaw: () => void
  /**
   * Makes the database's clock jump for this process, as it must for every process of the product.
   */
  jumpTo: (ms: number) => void
  stop: () => Promise<void>
}
type UrlOrReport = { url?: string; said?: ProcessReport }

const looksEveryMs = 1000
const startsWithinMs = 60_000
const startsAgainMs = 1000

export function openProcess(
  settings: Record<string, string>,
  hear: (line: ProcessReport) => void,
): Process {
  let child: ChildProcess | null = null
  let jumpedMs = 0
  let starting = Promise.resolve()
  const isAlive = () => child !== null && child.exitCode === null && child.signalCode === null
  const end = async (signal: NodeJS.Signals) => {
    if (!child || !isAlive()) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  const bear = async (): Promise<void> => {
    const born = fork(join(import.meta.dirname, '../second-process.js'), [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    child = born
    const clock = { everyMs: looksEveryMs, jumpedMs }
    born.send({ open: { settings, withoutCron: false, clock } } satisfies AskedOfProcess)
    born.on('message', ({ said }: UrlOrReport) => {
      // reports of requests that were not served are left out, because the clients notice such
      // requests
      if (said?.level === 'warn' || said?.level === 'error') hear(said)
    })
    await listening(born)
    // the jump is sent again, because the clock may have been moved while the process was starting
    if (born.connected) born.send({ jumpTo: jumpedMs } satisfies AskedOfProcess)
  }
  /**
   * A process that finds its servers away reports it and ends. It is then started again, as a
   * service manager would.
   */
  const bearUntilItListens = async (): Promise<void> => {
    const until = performance.now() + startsWithinMs
    for (;;) {
      try {
        await bear()
        return
      } catch (error) {
        if (performance.now() > until) throw error
      }
      await sleep(startsAgainMs)
    }
  }
  return {
    url: `http://127.0.0.1:${settings['PORT']}`,
    start: async () => {
      if (!isAlive()) starting = bearUntilItListens()
      await starting
    },
    kill: () => end('SIGKILL'),
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    jumpTo: (ms) => {
      jumpedMs = ms
      if (isAlive()) child?.send({ jumpTo: ms })
    },
    stop: () => end('SIGTERM'),
  }
}

function listening(child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.on('data', (piece: Buffer) => {
    said = (said + piece.toString()).slice(-2000)
  })
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(late)
      reject(new Error(`the product does not start: ${why}\n${said}`))
    }
    const late = setTimeout(fail, startsWithinMs, 'it takes too long')
    child.once('exit', (code, signal) => {
      // on a busy machine the process may be killed again before it listens; whoever killed it
      // starts it again
      if (signal === 'SIGKILL' && child.killed) {
        clearTimeout(late)
        resolve()
        return
      }
      fail(`it ended with ${String(code ?? signal)}`)
    })
    child.on('message', ({ url }: UrlOrReport) => {
      if (url === undefined) return
      clearTimeout(late)
      resolve()
    })
  })
}
