// A private server process. It ends with the process that started it, however that one ends.
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { atExit } from './places.ts'

export type Launch = {
  name: string
  command: string
  args: string[]
  dir: string
  answers: () => Promise<boolean>
}
export type Server = {
  readonly pid: number
  readonly alive: boolean
  start: () => Promise<void>
  /** Asks the server to end, waits, and kills it if it does not. */
  stop: () => Promise<void>
  signal: (signal: 'SIGSTOP' | 'SIGCONT') => void
  kill: () => void
}

const startsWithinMs = 30_000
const endsWithinMs = 10_000
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file))

export function openServer(launch: Launch): Server {
  let child: ChildProcess | null = null
  let killed = false
  const alive = () =>
    child?.pid !== undefined && child.exitCode === null && child.signalCode === null
  const signal = (name: NodeJS.Signals) => {
    if (alive()) child?.kill(name)
  }
  atExit(() => {
    signal('SIGKILL')
  })
  return {
    get pid() {
      return child?.pid ?? 0
    },
    get alive() {
      return alive() && !killed
    },
    signal,
    kill: () => {
      killed = true
      signal('SIGKILL')
    },
    start: async () => {
      // A server that was just killed may still hold its port and files, so its end is awaited
      // before it starts again.
      if (child && alive()) await ended(child)
      killed = false
      child = spawnTied(launch)
      await answering(launch, alive)
    },
    stop: async () => {
      if (!child || !alive()) return
      signal('SIGCONT')
      signal('SIGTERM')
      const hard = setTimeout(() => {
        signal('SIGKILL')
      }, endsWithinMs)
      await ended(child)
      clearTimeout(hard)
    },
  }
}

function spawnTied({ command, args, dir }: Launch): ChildProcess {
  const log = openSync(join(dir, 'log'), 'a', 0o600)
  const tied = setpriv ? [setpriv, '--pdeathsig', 'KILL', command] : [command]
  const [program = command, ...before] = tied
  const child = spawn(program, [...before, ...args], { cwd: dir, stdio: ['ignore', log, log] })
  closeSync(log)
  child.on('error', () => undefined)
  if (!setpriv && child.pid !== undefined) watch(child.pid)
  // This process does not wait for the server to end. A server that was not stopped ends together
  // with it.
  child.unref()
  return child
}

/**
 * Ends a server together with this process where the operating system cannot tie the two together:
 * a shell checks every second whether this process still runs.
 */
function watch(pid: number): void {
  const script =
    'while kill -0 "$1" 2>/dev/null; do kill -0 "$0" 2>/dev/null || { kill -9 "$1"; exit; }; sleep 1; done'
  spawn('sh', ['-c', script, String(process.pid), String(pid)], {
    stdio: 'ignore',
    detached: true,
  }).unref()
}

async function answering({ name, dir, answers }: Launch, alive: () => boolean): Promise<void> {
  const until = performance.now() + startsWithinMs
  while (!(await answers().catch(() => false))) {
    if (!alive() || performance.now() > until) {
      throw new Error(`${name} did not start:\n${tailOf(join(dir, 'log'))}`)
    }
    await sleep(30)
  }
}

const tailOf = (file: string) =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-15).join('\n') : '(no log)'

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  child.ref()
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve()
    })
  })
}
