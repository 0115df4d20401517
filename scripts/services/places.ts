// Finds free ports and creates directories for private servers. The directories are deleted with
// the process that made them.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// The range of ports for private servers. It lies below the range from which the system takes ports
// for outgoing connections, so that the two do not collide.
const lowest = 20_000
const highest = 32_000
const given = new Set<number>()

/** Finds free ports. Each is held until the last one is found, so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>()
  while (held.size < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    const server = given.has(port) ? null : await listening(port)
    if (server) held.set(port, server)
  }
  await Promise.all(
    [...held.values()].map((server) => new Promise((resolve) => server.close(resolve))),
  )
  for (const port of held.keys()) given.add(port)
  return [...held.keys()]
}

function listening(port: number): Promise<Server | null> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(null)
    })
    server.listen(port, '127.0.0.1', () => {
      resolve(server)
    })
  })
}

const atEnd = new Set<() => void>()
process.once('exit', () => {
  for (const end of atEnd) end()
})

export function atExit(end: () => void): void {
  atEnd.add(end)
}

const prefix = 'kefu-service'
let swept = false

export function freshDir(name: string): string {
  if (!swept) sweep()
  const dir = mkdtempSync(join(tmpdir(), `${prefix}-${process.pid}-${name}-`))
  atExit(() => {
    removeDir(dir)
  })
  return dir
}

export function removeDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
}

/** Deletes directories of processes that were killed and could not do it themselves. */
function sweep(): void {
  swept = true
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${prefix}-(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    try {
      removeDir(join(tmpdir(), name))
    } catch {
      // The directory cannot be deleted if it belongs to another user, or if another process is
      // deleting it at this moment. It is left alone then.
    }
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
