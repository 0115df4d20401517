// npm start as a newcomer runs it, with nothing configured except free ports and a folder.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test, { type TestContext } from 'node:test'
import { runScript } from '../support/script.ts'

const ended = 'demo-running.json'

async function start(t: TestContext, dir: string) {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../scripts/start.js')], {
    cwd: dir,
    env: { DATA_DIR: join(dir, 'data'), PORT: '0', SIMULATOR_PORT: '0' },
  })
  const over = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await over
    rmSync(dir, { recursive: true, force: true })
  })
  let out = ''
  for await (const chunk of child.stdout) {
    out += String(chunk)
    if (/ {2}Data .*\n/.test(out)) break
  }
  return { child, over, out }
}

void test('while npm start is running, the doctor asks the simulated WeChat and finds nothing wrong; a SIGTERM ends it with exit code 0', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-start-'))
  const { child, over, out } = await start(t, dir)
  for (const line of ['Console', 'Simulator', 'Logins', 'Data']) {
    assert.match(out, new RegExp(`^ {2}${line} `, 'm'))
  }

  const beside = await runScript('doctor', dir)
  assert.equal(beside.code, 0, beside.out)
  assert.match(beside.out, /gives this machine an access token/)

  child.kill('SIGTERM')
  assert.deepEqual(await over, [0, null], 'it ends by itself, and well')
  assert.equal(existsSync(join(dir, 'data', ended)), false)
  const after = await runScript('doctor', dir, { WECHAT_API_BASE: 'http://127.0.0.1:9' })
  assert.match(after.out, /WECHAT_API_BASE http:\/\/127\.0\.0\.1:9 cannot be reached/)
})

void test('what is left of a killed npm start does not mislead the doctor', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-start-'))
  const { child, over } = await start(t, dir)
  child.kill('SIGKILL')
  await over
  assert.equal(existsSync(join(dir, 'data', ended)), true)
  const after = await runScript('doctor', dir, { WECHAT_API_BASE: 'http://127.0.0.1:9' })
  assert.match(after.out, /WECHAT_API_BASE http:\/\/127\.0\.0\.1:9 cannot be reached/)
})
