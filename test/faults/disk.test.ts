// What is answered is on the disk: while the disk still works nobody is told that their words are kept.
import assert from 'node:assert/strict'
import { fdatasync } from 'node:fs'
import test from 'node:test'
import { promisify } from 'node:util'
import { openHouse } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { rawPush, textXml } from '../support/raw-push.ts'

const force = promisify(fdatasync)

/** A disk that keeps nothing while it is held. */
function slowDisk() {
  let held: (() => void)[] | null = null
  return {
    hold: () => {
      held = []
    },
    waiting: () => held?.length ?? 0,
    letGo: () => {
      const some = held ?? []
      held = null
      for (const go of some) go()
    },
    disk: {
      force: async (file: number) => {
        if (held) await new Promise<void>((resolve) => held?.push(resolve))
        return force(file)
      },
    },
  }
}

void test('no push is answered before the disk keeps it, though it stands in the database', async (t) => {
  const slow = slowDisk()
  const house = await openHouse({ rules: false, withoutCron: true, disk: slow.disk })
  t.after(async () => {
    slow.letGo()
    await house.close()
  })
  assert.equal((await rawPush(house, textXml('o1', '1', '一'))).status, 200, 'the premise')
  slow.hold()
  let answered = 0
  const push = rawPush(house, textXml('o1', '2', '二')).finally(() => {
    answered += 1
  })
  await eventually(async () => {
    assert.equal((await house.rows("select * from message_data where text = '二'")).length, 1)
    assert.equal(slow.waiting(), 1)
  })
  // whoever does not wait for the disk has been answered long before so many others were
  for (let n = 0; n < 50; n += 1) assert.ok((await fetch(`${house.url}/healthz`)).ok)
  assert.equal(answered, 0)
  slow.letGo()
  assert.equal((await push).status, 200)
})
