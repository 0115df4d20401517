// Tests pushes that arrive at two processes at once, and pushes while somebody else has locked the
// rows they need.
import assert from 'node:assert/strict'
import test from 'node:test'
import { createConnection } from 'mysql2/promise'
import { openHouse, type House } from '../support/app.ts'
import { endBefore, refuseLines } from '../support/obstacles.ts'
import { lasts } from '../support/pauses.ts'
import { pushAgain, rawPush, textXml } from '../support/raw-push.ts'

const open = async (t: { after: (close: () => Promise<void>) => void }): Promise<House> => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ refused: true })
  return house
}

void test('pushes of one follower at two processes at once give one open session with lines numbered without a gap, each stored once', async (t) => {
  const house = await open(t)
  assert.equal(house.urls.length, 2)
  const all = Array.from({ length: 60 }, (_, at) =>
    textXml('oSplit', String(1000 + at), `第${at}句`),
  )
  // every third push goes to both processes at once, and must be stored once nevertheless
  const answers = await Promise.all(
    all.flatMap((xml, at) =>
      house.urls
        .filter((_, which) => at % 3 === 0 || at % 2 === which)
        .map((url) => rawPush({ url }, xml)),
    ),
  )
  assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200])
  const seqs = await house.rows<{ seq: number }>('select seq from message_data order by seq')
  assert.deepEqual(
    seqs.map((row) => row.seq),
    Array.from({ length: 60 }, (_, at) => at + 1),
  )
  assert.equal((await house.rows('select session_id from message_session')).length, 1)
  assert.equal((await house.rows('select wx_user_id from wx_user')).length, 1)
})

void test('when one of 30 simultaneous pushes is refused by the database and one waits for a lock, the other 28 are stored before the lock is released', async (t) => {
  const house = await open(t)
  await refuseLines(house, 'poison')
  const push = (n: number, msgId: string, text: string) =>
    rawPush({ url: house.urls[0] ?? '' }, textXml(`oOf30_${n}`, msgId, text))
  const atOnce = async (write: (n: number) => Promise<{ status: number }>) => {
    const began = performance.now()
    const times: number[] = []
    const answers = Array.from({ length: 30 }, async (_, n) => {
      const { status } = await write(n)
      times[n] = performance.now() - began
      return status
    })
    return { answers, times, began }
  }
  for (let n = 0; n < 30; n += 1) assert.equal((await push(n, `zero${n}`, '在吗')).status, 200)
  const idle = await atOnce((n) => push(n, `first${n}`, '先来一句'))
  assert.ok((await Promise.all(idle.answers)).every((status) => status === 200))
  const [locked] = await house.rows<{ session_id: string }>(
    "select session_id from message_data where customer_wx_openid = 'oOf30_7' limit 1",
  )
  const holder = await createConnection(house.config.DATABASE_URL.replace('mariadb:', 'mysql:'))
  endBefore(house, holder)
  await holder.query('start transaction')
  await holder.query('select session_id from message_session where session_id = ? for update', [
    locked?.session_id,
  ])

  const { answers, times, began } = await atOnce((n) =>
    push(n, `second${n}`, n === 3 ? 'poison' : '再来一句'),
  )
  const free = (await Promise.all(answers.filter((_, n) => n !== 7))).every(
    (status) => status === 200,
  )
  assert.ok(free)
  const slowest = Math.max(...times.filter((_, n) => n !== 7))
  t.diagnostic(`the slowest of the others took ${slowest.toFixed(0)} ms`)
  // the time limit of this test depends on how long pushes take on this machine without the
  // disturbance
  const most = Math.max(1000, 10 * Math.max(...idle.times))
  assert.ok(slowest < most, `${slowest} ms, and without them ${Math.max(...idle.times)} ms`)
  const refused = await house.rows<{ raw_xml: string }>(
    "select raw_xml from inbox where state = 'refused'",
  )
  assert.match(refused.map((row) => row.raw_xml).join(), /^<xml>.*poison/)
  await lasts(Math.max(0, 3000 - (performance.now() - began)))
  await holder.query('rollback')

  const late = await answers[7]
  if (late !== 200) {
    assert.equal(late, 503)
    house.announce({ unserved: { most: 1, why: 'its session was locked for 3 s' } })
    assert.equal((await push(7, 'second7', '再来一句')).status, 200)
  }
  const lines = await house.rows<{ n: number }>(
    "select count(*) as n from message_data where customer_wx_openid = 'oOf30_7' group by session_id",
  )
  assert.deepEqual(
    lines.map((row) => row.n),
    [3],
    'stored once',
  )
  assert.equal((await house.rows('select message_id from message_data')).length, 30 + 30 + 30)
})

void test('when a push arrives three times at once while its customer is locked, no copy is answered before it is stored, and it is stored once', async (t) => {
  const house = await open(t)
  const url = house.urls[0] ?? ''
  assert.equal((await rawPush({ url }, textXml('oHeld', 'first', '先来一句'))).status, 200)
  const [customer] = await house.rows<{ wx_user_id: string }>('select wx_user_id from wx_user')
  const holder = await createConnection(house.config.DATABASE_URL.replace('mariadb:', 'mysql:'))
  endBefore(house, holder)

  const early: number[] = []
  for (let round = 0; round < 12; round += 1) {
    await holder.query('start transaction')
    await holder.query('select openid from wx_user where wx_user_id = ? for update', [
      customer?.wx_user_id,
    ])
    let held = true
    const copies = [0, 1, 2].map(async () => {
      const { status } = await pushAgain({ url }, textXml('oHeld', `held${round}`, `第${round}句`))
      if (held && status === 200) early.push(round)
      return status
    })
    // when these later pushes are answered, the batch with the three copies has been processed
    const beside = await rawPush({ url }, textXml(`oBeside${round}`, 'beside', '你好'))
    assert.equal(beside.status, 200)
    const after = await rawPush({ url }, textXml(`oBeside${round}`, 'after', '你好'))
    assert.equal(after.status, 200)
    held = false
    await holder.query('rollback')
    assert.deepEqual(await Promise.all(copies), [200, 200, 200])
  }
  assert.deepEqual(early, [], 'rounds in which a copy was answered though nothing was stored')
  const lines = await house.rows<{ text: string }>(
    "select text from message_data where customer_wx_openid = 'oHeld' order by seq",
  )
  assert.deepEqual(
    lines.map((line) => line.text),
    ['先来一句', ...Array.from({ length: 12 }, (_, round) => `第${round}句`)],
  )
})

void test('while the rows of one follower are locked elsewhere, the pushes of everybody else are stored', async (t) => {
  const house = await open(t)
  house.announce({ logs: [/./] })
  const push = (openid: string, msgId: string) =>
    rawPush({ url: house.urls[0] ?? '' }, textXml(openid, msgId, '在吗'))
  assert.equal((await push('oHeld', '1')).status, 200)
  const holder = await createConnection(house.config.DATABASE_URL.replace('mariadb:', 'mysql:'))
  endBefore(house, holder)
  await holder.query('start transaction')
  // the row to lock is selected by its key, because a search without index would lock every row
  // that it passes
  const [row] = await house.rows<{ id: string }>('select wx_user_id as id from wx_user')
  await holder.query('select * from wx_user where wx_user_id = ? for update', [row?.id])

  const held: Promise<Response>[] = []
  const until = performance.now() + 6000
  const statuses: number[] = []
  for (let n = 0; performance.now() < until; n += 1) {
    if (n % 10 === 0) held.push(push('oHeld', `held${n}`))
    statuses.push((await push(`oFree${n}`, `free${n}`)).status)
  }
  await holder.query('rollback')
  const late = new Set((await Promise.all(held)).map(({ status }) => status))
  late.delete(200)
  assert.deepEqual([...late], [503], 'to be tried again')
  house.announce({
    unserved: { most: held.length, why: 'rows of this follower were locked for 6 s' },
  })
  t.diagnostic(`${statuses.length} others, ${held.length} of the one who is held`)
  assert.ok(statuses.length > 20)
  assert.deepEqual([...new Set(statuses)], [200])
  assert.equal((await push('oHeld', 'at last')).status, 200)
})
