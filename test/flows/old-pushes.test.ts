// In plain mode the signature does not cover the body, so somebody who finds a signed address in a
// log must not be able to use it forever. Times are WeChat's.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, type House, type HouseOptions } from '../support/app.ts'
import { isCluster } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { makeFolder } from '../support/folder.ts'
import { rawPush, signed, textXml } from '../support/raw-push.ts'

const minute = 60
const day = 24 * 3600
const start = Math.floor(Date.now() / 1000)

async function scene(
  t: { after: (close: () => Promise<void>) => void },
  options: HouseOptions = {},
) {
  const house = await openHouse({ rules: false, withoutCron: true, alone: true, ...options })
  t.after(() => house.close())
  house.announce({ logs: [/old pushes were refused/] })
  let n = 0
  /** Sends a push with this time, in seconds after the first push. */
  const push = async (after: number, query = signed(undefined, start + after), at = house) => {
    n += 1
    return (await rawPush(at, textXml('o1', `${start}${n}`, '在吗'), query)).status
  }
  return { house, push }
}

const stored = async (house: House) => (await house.rows('select text from message_data')).length

void test("a recorded push URL is refused once WeChat's own time has advanced by ten minutes", async (t) => {
  const { house, push } = await scene(t)
  const kept = signed(undefined, start)
  assert.equal(await push(0, kept), 200)
  assert.equal(await push(9 * minute), 200)
  assert.equal(await push(0, kept), 200, 'pushes may come out of their order')
  assert.equal(await push(11 * minute), 200)
  assert.equal(await push(0, kept), 403)
  assert.equal(await stored(house), 4)
  assert.match(await house.metrics(), /kefu_pushes_total\{result="old"\} 1/)
})

void test('a recorded push URL that is still the newest of its account is refused two days later, and the next real push is accepted', async (t) => {
  const { house, push } = await scene(t)
  const kept = signed(undefined, start)
  assert.equal(await push(0, kept), 200)
  await house.app.advanceTo(2 * day * 1000)
  assert.equal(await push(0, kept), 403)
  assert.equal(await push(0), 200, 'another push of the same second has another nonce')
  assert.equal(await push(2 * day), 200)
})

void test('a wrong or jumping clock on our side makes us refuse nothing that WeChat sends', async (t) => {
  const { house, push } = await scene(t)
  const days = [-400, -399.9, 0, 0.1, 3, 3.001]
  for (const after of days) assert.equal(await push(after * day), 200, `${after} days`)
  await house.app.advanceTo(30 * day * 1000)
  assert.equal(await push(3.002 * day), 200)
  assert.equal(await stored(house), days.length + 1)
  assert.match(await house.metrics(), /kefu_push_clock_skew_seconds \d/)
})

void test('a single push with a time far in the future does not cause the pushes after it to be refused', async (t) => {
  const { push } = await scene(t)
  for (const after of [0, 5 * day, 1, 365 * day, 2]) assert.equal(await push(after), 200)
})

void test('with the setting refuseOldPushes switched off, a company accepts recorded pushes', async (t) => {
  const { house, push } = await scene(t)
  const path = '/api/settings'
  assert.equal((await house.admin.call('PATCH', path, { refuseOldPushes: false })).status, 200)
  await eventually(async () => {
    assert.equal((await house.admin.call('GET', path)).body.refuseOldPushes, false)
  }, 'everywhere')
  assert.equal(await push(5 * minute), 200)
  assert.equal(await push(-day), 200)
})

void test('the newest push time is known after a restart, and the admin sees how many old pushes were refused', async (t) => {
  const dir = makeFolder('times')
  const how = { rules: false, withoutCron: true, dir }
  const first = await openHouse(how)
  const xml = (id: string) => textXml('o1', id, '在吗')
  const newest = signed(undefined, start + 11 * minute)
  assert.equal((await rawPush({ url: first.urls[0] ?? '' }, xml('1'), newest)).status, 200)
  await eventually(async () => {
    const rows = await first.rows<{ newest_push: number | null }>(
      'select newest_push from official_account',
    )
    assert.equal(Number(rows[0]?.newest_push), (start + 11 * minute) * 1000)
  })
  // a process that has not seen the first push: in the cluster edition the second one, which is
  // running already, otherwise the product started again
  if (!isCluster) await first.close()
  const next = isCluster ? first : await openHouse(how)
  t.after(() => next.close())
  next.announce({ logs: [/old pushes were refused/] })
  const other = { url: next.urls.at(-1) ?? '' }
  assert.equal((await rawPush(other, xml('2'), signed(undefined, start))).status, 403)
  await eventually(async () => {
    const [mine] = (await next.admin.call('GET', '/api/accounts')).body.items
    assert.equal(mine.oldPushes.count, 1)
    assert.ok(mine.oldPushes.lastAt)
  })
})
