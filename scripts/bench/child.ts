// Runs a server in a process of its own, so that the servers being compared do not influence each
// other.
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { basename, join } from 'node:path'
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

export type Program = {
  script: string
  args?: string[]
  nodeArgs?: string[]
  /** What stands before the URL in the line by which the program says that it listens. */
  says: string
  place?: { cwd: string; env: Record<string, string> }
}
export type StartedProgram = { child: ChildProcess; url: string; stop: () => Promise<void> }

export async function startServer(
  name: string,
  args: string[],
  nodeArgs: string[] = [],
): Promise<Running> {
  const script = join(import.meta.dirname, `serve-${name}.js`)
  const { child, url, stop } = await startProgram({ script, args, nodeArgs, says: 'ready ' })
  return { url, cpuMicros: () => askCpu(child), stop }
}

export async function startProgram(program: Program): Promise<StartedProgram> {
  const { script, args = [], nodeArgs = [], says, place } = program
  const command = [...productArgs, ...nodeArgs, script, ...args]
  const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', 'ipc']
  const child = spawn(process.execPath, command, { stdio, ...place })
  started.add(child)
  const ended = once(child, 'exit').then(([code]) => {
    started.delete(child)
    return code as number | null
  })
  const url = await Promise.race([urlAfter(says, child), ended.then(() => null), late()])
  if (url === null) {
    child.kill('SIGKILL')
    throw new Error(`${basename(script)} did not start`)
  }
  return { child, url, stop: () => stopProgram(child, ended, basename(script)) }
}

async function askCpu(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message')
  child.send('cpu')
  const [{ cpuMicros }] = (await answer) as [{ cpuMicros: number }]
  return cpuMicros
}

function urlAfter(says: string, child: ChildProcess): Promise<string | null> {
  if (!child.stdout) return Promise.resolve(null)
  const lines = createInterface({ input: child.stdout })
  // The output of the server is read all the time, because a full pipe would block the server.
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      if (line.startsWith(says)) resolve(line.slice(says.length))
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

async function stopProgram(
  child: ChildProcess,
  ended: Promise<number | null>,
  name: string,
): Promise<void> {
  const hard = setTimeout(() => child.kill('SIGKILL'), endsWithinMs)
  child.kill('SIGTERM')
  const code = await ended
  clearTimeout(hard)
  if (code !== 0) throw new Error(`${name} did not close in order (${String(code)})`)
}
