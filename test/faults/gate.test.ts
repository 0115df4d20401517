// The gate before the store: whoever would wait too long is told at once. Held here through the one writer of the embedded edition.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse } from '../support/app.ts'
import { rawPush, textXml } from '../support/raw-push.ts'

void test('while the oldest push has been waiting for too long, the next is told at once to come again', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  let release: () => void = () => undefined
  const held = house.app.ports.store.work(
    'push',
    () =>
      new Promise<void>((resolve) => {
        release = resolve
      }),
  )
  const [running, waiting] = [
    rawPush(house, textXml('o1', '1', '一')),
    rawPush(house, textXml('o2', '2', '二')),
  ]
  await new Promise((resolve) => setTimeout(resolve, 100))
  const late = rawPush(house, textXml('o3', '3', '三'))
  await new Promise((resolve) => setTimeout(resolve, 1600))
  assert.equal((await rawPush(house, textXml('o4', '4', '四'))).status, 503)
  release()
  await held
  assert.deepEqual(
    (await Promise.all([running, waiting, late])).map((answer) => answer.status),
    [200, 200, 200],
  )
  assert.equal((await rawPush(house, textXml('o4', '4', '四'))).status, 200)
  assert.equal((await house.rows('select * from message_data')).length, 4)
})
