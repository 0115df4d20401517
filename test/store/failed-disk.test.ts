// After a failed write Linux marks the pages as clean: forcing reports the failure once, and the
// next attempt succeeds although data are missing.
import assert from 'node:assert/strict'
import { existsSync, fdatasync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import { openHouse, password, post } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { makeFolder } from '../support/folder.ts'
import { follower } from '../support/follower.ts'

const force = promisify(fdatasync)

/**
 * A disk that reports one failed write, like a real disk, and after that reports that all is well.
 */
function failingDisk() {
  let fails = false
  return {
    failNext: () => {
      fails = true
    },
    disk: {
      force: async (file: number) => {
        if (!fails) return force(file)
        fails = false
        throw new Error('EIO: i/o error, fdatasync')
      },
    },
  }
}

void test('after the disk failed to store one push, neither that push nor any later one is answered as stored, and the process is told to end', async (t) => {
  const dir = makeFolder('failed-disk')
  const { disk, failNext } = failingDisk()
  const lost: string[] = []
  const house = await openHouse({
    dir,
    rules: false,
    withoutCron: true,
    alone: true,
    disk,
    lost: (why) => lost.push(why),
  })
  let open = true
  const close = async () => {
    if (open) await house.close()
    open = false
  }
  t.after(close)
  const unserved = { most: 16, why: 'five pushes are tried three times, and one person signs in' }
  house.announce({ logs: [/./], unserved })
  const customer = await follower(house)
  assert.equal((await customer.says('一')).status, 200, 'the premise: the disk keeps it')

  failNext()
  const said = await customer.says('二')
  assert.deepEqual([said.attempts, said.status], [3, 503], 'as often as WeChat tries')
  assert.equal((await (await follower(house)).says('三')).status, 503, 'nor another')
  const together = await Promise.all(
    [1, 2, 3].map(async (n) => (await (await follower(house)).says(`四 ${n}`)).status),
  )
  assert.deepEqual(together, [503, 503, 503])
  await assert.rejects(post(`${house.url}/api/login`, { username: 'admin', password }), /: 503 /)
  await eventually(async () => {
    assert.equal((await fetch(`${house.url}/readyz`)).status, 503)
  })
  assert.equal(lost.length, 1)

  await close()
  assert.ok(existsSync(join(dir, 'kefu.db-wal')), 'the log is left for the next start')
  const again = await openHouse({ dir, rules: false, alone: true })
  t.after(() => again.close())
  await (await follower(again, undefined, customer.openid)).says('五')
  const lines = await again.rows<{ text: string }>(
    'select text from message_data where customer_wx_openid = ? order by seq',
    [customer.openid],
  )
  assert.deepEqual(
    lines.map(({ text }) => text).filter((text) => text !== '二'),
    ['一', '五'],
    'what was answered is there; what was not may be',
  )
})
