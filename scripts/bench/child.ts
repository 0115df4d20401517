// Runs a server in a process of its own, so that the servers being compared do not influence each
// other.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type Running = {
  url: string
  /** User and system time that the process has used so far, in µs. */
  cpuMicros: () => Promise<number>
  stop: () => Promise<void>
}

/** The processes that are running; a benchmark that is stopped ends them before itself. */
export const started = new Set<ChildProcess>()
// The node options with which `npm run serve` starts the product. The servers that are compared
// with it get the same ones.
const productArgs = ['--max-semi-space-size=64']
const startsWithinMs = 60_000
const endsWithinMs = 30_000

export async function startServer(
  name: string,
  args: string[],
  nodeArgs: string[] = [],
): Promise<Running> {
  const script = join(import.meta.dirname, `serve-${name}.js`)
  const command = [...productArgs, ...nodeArgs, script, ...args]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  started.add(child)
  const ended = once(child, 'exit').then(([code]) => {
    started.delete(child)
    return code as number | null
  })
  const url = await Promise.race([readyUrl(child), ended.then(() => null), late()])
  if (url === null) {
    child.kill('SIGKILL')
    throw new Error(`serve-${name} did not start`)
  }
  return { url, cpuMicros: () => askCpu(child), stop: () => stopServer(child, ended, name) }
}

async function askCpu(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message')
  child.send('cpu')
  const [{ cpuMicros }] = (await answer) as [{ cpuMicros: number }]
  return cpuMicros
}

function readyUrl(child: ChildProcess): Promise<string | null> {
  if (!child.stdout) return Promise.resolve(null)
  const lines = createInterface({ input: child.stdout })
  // The output of the server is read all the time, because a full pipe would block the server.
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length))
    })
    lines.once('close', () => {
      resolve(null)
    })
  })
}

const late = () =>
  new Promise<null>((resolve) => {
    setTimeout(() => {
      resolve(null)
    }, startsWithinMs).unref()
  })

async function stopServer(
  child: ChildProcess,
  ended: Promise<number | null>,
  name: string,
): Promise<void> {
  const hard = setTimeout(() => child.kill('SIGKILL'), endsWithinMs)
  child.kill('SIGTERM')
  const code = await ended
  clearTimeout(hard)
  if (name === 'kefu' && code !== 0) {
    throw new Error(`kefu did not close in order (${String(code)})`)
  }
}
