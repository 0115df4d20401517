// A disk that stops answering without reporting an error. When it exits, Node waits for its
// threads, however long they hang.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { openSimulator } from 'wechat-simulator'
import { openHouse } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { makeFolder } from '../support/folder.ts'
import { rawPush, textXml } from '../support/raw-push.ts'
import { inTime } from '../support/pauses.ts'

/** A process promises to end within 15 s; the other 5 s are an allowance for a busy machine. */
const withinMs = 15_000 + 5000
const tooLate = 'closing has not ended in time'

async function open(t: TestContext, who: string) {
  const dir = makeFolder('held')
  const pipe = join(dir, 'pipe')
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  const house = await openHouse({ dir, rules: false, simulatorUrl: simulator.url, alone: true })
  await house.close()
  const script = join(import.meta.dirname, 'held-child.js')
  const child = spawn(process.execPath, [script, who, pipe, dir, simulator.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(async () => {
    child.kill('SIGKILL')
    await simulator.close()
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  const url = await eventually(() => {
    const [found] = /^http:\S+$/m.exec(out) ?? []
    assert.ok(found)
    return found
  })
  return {
    url,
    hold: () => execFileSync('mkfifo', [pipe]),
    /**
     * Tells the process to end. Returns its exit code or the signal that ended it, how long it took
     * and its output.
     */
    end: async () => {
      const began = performance.now()
      child.kill('SIGTERM')
      const ended = once(child, 'exit') as Promise<[number | null, string | null]>
      const [code, signal] = await inTime(ended, withinMs + 1000).catch(() => {
        child.kill('SIGKILL')
        return ended
      })
      return { how: code ?? signal, ms: performance.now() - began, out }
    },
    /** The texts of the stored messages, as the next start of the product finds them. */
    texts: async () => {
      const next = await openHouse({ dir, rules: false, simulatorUrl: simulator.url, alone: true })
      const rows = await next.rows<{ text: string }>('select text from message_data order by seq')
      await next.close()
      return rows.map(({ text }) => text)
    },
  }
}

void test('a process whose disk hangs ends 15 s after being told to, says so, and everything it answered is stored', async (t) => {
  await Promise.all(
    ['the log', 'a thread'].map(async (who) => {
      const process = await open(t, who)
      assert.equal((await rawPush(process, textXml('o1', '1', '一'))).status, 200)
      process.hold()
      let status = 0
      if (who === 'the log') {
        void rawPush(process, textXml('o1', '2', '二')).then(
          (answer) => (status = answer.status),
          () => undefined,
        )
      }
      const { how, ms, out } = await process.end()
      assert.equal(how, 'SIGKILL', `${who}: ${out}`)
      assert.ok(ms < withinMs, `${who}: ${ms} ms`)
      assert.match(out, new RegExp(tooLate), who)
      assert.notEqual(status, 200, 'what the disk does not keep is not taken')
      assert.equal((await process.texts())[0], '一', who)
    }),
  )
})

void test('a process that has closed everything does not wait for unanswered requests to a hanging disk', async (t) => {
  const process = await open(t, 'the rest')
  assert.equal((await rawPush(process, textXml('o1', '1', '一'))).status, 200)
  process.hold()
  const { ms, out } = await process.end()
  assert.ok(ms < withinMs, `${ms} ms`)
  assert.doesNotMatch(out, new RegExp(tooLate))
  assert.deepEqual(await process.texts(), ['一'])
})
