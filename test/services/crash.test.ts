import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import test from 'node:test'
import { startRedis } from '../../scripts/services/redis.ts'
import { eventually } from '../support/eventually.ts'
import { dirsOf, runs } from './support.ts'

async function child(how: string) {
  const process = spawn(
    globalThis.process.execPath,
    [join(import.meta.dirname, 'crash-child.js'), how],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = (await once(process.stdout, 'data')) as [Buffer]
  return { process, pid: process.pid ?? 0, pids: JSON.parse(line.toString()) as number[] }
}

void test('servers started for tests end when the process that started them is killed, and the next start of a server removes their directories', async (t) => {
  const { process: killed, pid, pids } = await child('wait')
  assert.ok(pids.length === 11 && pids.every(runs))
  const ended = once(killed, 'exit')
  killed.kill('SIGKILL')
  await ended
  await eventually(() => {
    assert.deepEqual(pids.filter(runs), [])
  })
  assert.ok(dirsOf(pid).length > 0, 'it could not do that itself')
  const service = await startRedis()
  t.after(service.stop)
  assert.deepEqual(dirsOf(pid), [])
})

void test('a process that forgets to stop its servers can still end, and the servers and their directories disappear with it', async () => {
  const { process: forgetful, pid, pids } = await child('end')
  if (forgetful.exitCode === null) await once(forgetful, 'exit')
  assert.equal(forgetful.exitCode, 0)
  await eventually(() => {
    assert.deepEqual(pids.filter(runs), [])
  })
  assert.deepEqual(dirsOf(pid), [])
})
