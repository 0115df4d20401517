// Observes from outside which processes run, what is in the directory for temporary files, and what
// a port answers.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import type { Service } from '../../scripts/services/service.ts'

export const run = promisify(execFile)

export const redis = async (port: number, ...args: string[]) =>
  (
    await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...args], { timeout: 1000 })
  ).stdout.trim()

/**
 * A process that has ended but was not reaped by its parent is a zombie and does not count as
 * alive.
 */
export function runs(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

export const dirsOf = (pid: number) =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`kefu-service-${pid}-`))

export const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket
      .once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      .once('error', () => {
        resolve(false)
      })
  })

export async function stopsWithoutATrace(service: Service): Promise<void> {
  const { pids, ports } = service
  assert.ok(pids.length > 0 && pids.every(runs), 'it ran before')
  assert.ok(dirsOf(process.pid).length > 0, 'it had a directory before')
  await service.stop()
  assert.deepEqual(pids.filter(runs), [])
  assert.deepEqual(
    await Promise.all(ports.map(listens)),
    ports.map(() => false),
  )
  assert.deepEqual(dirsOf(process.pid), [])
}
