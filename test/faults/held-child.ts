// A product whose disk stops answering as soon as a certain named pipe exists, either for forced
// writes or for something that it does when it closes. Opening a pipe waits for a writer who never
// comes.
import { existsSync, fdatasync, open } from 'node:fs'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { openLog } from '../../src/log.ts'
import { hearSignals } from '../../src/signals.ts'

const [, , who = '', pipe = '', dataDir = '', apiBase = ''] = process.argv
const hang = promisify(open)
const force = promisify(fdatasync)
const settings = { HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, WECHAT_API_BASE: apiBase }

const log = openLog('info')
const signals = hearSignals(log)
const app = await openApp(readConfig(settings, {}), {
  log,
  lost: signals.fail,
  disk: {
    force: async (file) => {
      if (existsSync(pipe) && who === 'the log') await hang(pipe, 'r')
      await force(file)
    },
  },
})
await signals.started(async () => {
  await app.close()
  if (who === 'the rest') hang(pipe, 'r').catch(() => undefined)
  if (who === 'a thread') await held()
})
process.stdout.write(`${await app.listen()}\n`)

/**
 * Blocks a thread on the pipe, as the thread that makes checkpoints hangs on a disk that still
 * completes forced writes.
 */
function held(): Promise<unknown> {
  const code = "require('node:fs').openSync(require('node:worker_threads').workerData)"
  const thread = new Worker(code, { eval: true, workerData: pipe })
  return new Promise((resolve) => thread.once('exit', resolve))
}
