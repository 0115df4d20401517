import assert from 'node:assert/strict'
import test from 'node:test'
import { openBatches } from '../../src/actions/push/batches.ts'
import { testAccount, openHouse, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { refuseLines, takeStoreAway } from '../support/obstacles.ts'
import { rawPush, textXml } from '../support/raw-push.ts'

async function fifty(house: House) {
  const customer = await follower(house)
  await Promise.all(Array.from({ length: 50 }, (_, at) => customer.says(`第${at}句`)))
  return {
    sessions: await house.rows<{ open_key: string | null; seq: number }>(
      'select * from message_session',
    ),
    seqs: (await house.rows<{ seq: number }>('select seq from message_data order by seq')).map(
      (row) => row.seq,
    ),
  }
}

void test('50 simultaneous pushes of one new follower open one session with lines numbered 1 to 50', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { sessions, seqs } = await fifty(house)
  assert.equal(sessions.length, 1)
  assert.deepEqual(
    seqs,
    Array.from({ length: 50 }, (_, at) => at + 1),
  )
})

void test('50 simultaneous pushes that a default rule answers give lines numbered 1 to 100', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const made = await house.admin.call('POST', '/api/rules', {
    name: 'default',
    enabled: true,
    priority: 0,
    match: { kind: 'default' },
    action: { kind: 'text', text: '收到' },
  })
  assert.equal(made.status, 201)
  const { sessions, seqs } = await fifty(house)
  assert.equal(sessions.length, 1)
  assert.deepEqual(
    seqs,
    Array.from({ length: 100 }, (_, at) => at + 1),
  )
})

void test('a push delivered three times at once and again later creates one line and one answer', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const customer = await follower(house)
  const first = await customer.says('你好', { copies: 3, parallel: true })
  assert.equal(first.shown.length, 1)
  const again = await customer.says('你好', { msgId: first.msgId })
  assert.equal(again.reply, first.reply)
  assert.equal((await house.rows('select * from message_data where opercode = 2')).length, 1)
  assert.equal((await customer.inbox()).filter((item) => item.way === 'passive').length, 1)
})

void test('a message of an unknown type is stored as a line of type 0 with its raw XML', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const customer = await follower(house)
  assert.equal((await customer.says('', { type: 'hologram' })).status, 200)
  assert.deepEqual(
    await house.rows<{ message_type: number }>('select message_type from message_data'),
    [{ message_type: 0 }],
  )
  for (const row of await house.rows<{ raw_xml: string }>('select raw_xml from inbox')) {
    assert.match(row.raw_xml, /^<xml>/)
  }
})

void test('a follow is answered, and that answer belongs to no session', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const customer = await follower(house)
  const followed = await customer.does('subscribe')
  assert.match(followed.shown[0]?.text ?? '', /欢迎关注/)
  assert.deepEqual(
    await house.rows<{ session_id: string | null; seq: number | null }>(
      'select session_id, seq from message_data',
    ),
    [{ session_id: null, seq: null }],
  )
  assert.equal((await house.rows('select * from message_session')).length, 0)
})

void test('one push that the database refuses does not keep the other 29 of its batch from being stored, and its raw XML is kept', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ refused: true })
  await refuseLines(house, 'poison')
  const customers = await Promise.all(Array.from({ length: 30 }, () => follower(house)))
  const answers = await Promise.all(
    customers.map((customer, at) => customer.says(at === 7 ? 'poison' : 'fine')),
  )
  assert.deepEqual(
    answers.map((answer) => answer.status),
    Array<number>(30).fill(200),
  )
  const lines = await house.rows<{ type: string }>('select type from message_data')
  assert.deepEqual(
    ['text', 'other'].map((type) => lines.filter((line) => line.type === type).length),
    [29, 1],
    'a line stands for it',
  )
  const refused = await house.rows<{ raw_xml: string; openid: string }>(
    "select raw_xml, openid from inbox where state = 'refused'",
  )
  assert.equal(refused.length, 1)
  assert.match(refused[0]?.raw_xml ?? '', /poison/)
  assert.equal(refused[0]?.openid, customers[7]?.openid)
})

void test("a follower's messages stay in order when their first batch fails while more of them are waiting", async (t) => {
  const house = await openHouse({ rules: false, alone: true, withoutCron: true })
  t.after(() => house.close())
  house.announce({ refused: true })
  await refuseLines(house, 'poison')
  const { ports } = house.app
  const known = await ports.known.account(testAccount.appid)
  const company = known && (await ports.known.company(known.company_id))
  assert.ok(known && company)
  const batches = openBatches(ports)
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      batches.take({
        account: known,
        company,
        customerKey: 'oInOrder',
        dedupKey: `m:${at}`,
        deed: { kind: 'text', text: at === 5 ? 'poison' : String(at) },
        xml: '<xml/>',
      }),
    ),
  )
  await batches.idle()
  const said = (
    await house.rows<{ text: string }>('select text from message_data order by seq')
  ).map((row) => row.text)
  assert.deepEqual(
    said,
    Array.from({ length: 40 }, (_, at) => (at === 5 ? null : String(at))),
    'a line without words stands for the refused one',
  )
})

void test('while the database is away a push gets 500 and /readyz 503, and nothing is lost once it is back', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customer = await follower(house)
  // while the database is away, every part of the product may log an error
  house.announce({ logs: [/./], unserved: { most: 3, why: 'WeChat tries three times' } })
  const giveBack = await takeStoreAway(house)
  assert.equal((await fetch(`${house.url}/readyz`)).status, 503)
  const pushed = await customer.says('在吗')
  assert.equal(pushed.status, 500)
  await giveBack()
  await eventually(async () => {
    assert.equal((await fetch(`${house.url}/readyz`)).status, 200)
  }, 'back')
  assert.equal((await customer.says('在吗', { msgId: pushed.msgId })).status, 200)
  assert.equal((await house.rows('select * from message_data')).length, 1)
})

void test('pushes to a disabled company are answered and counted but not stored', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { store, bus } = house.app.ports
  await store.work('rest', (unit) => unit.sql.run('update company set enabled = 0'))
  bus.publish('known', '')
  await house.heard()
  assert.equal((await rawPush(house, textXml('o1', '1', '在吗'))).status, 200)
  assert.equal((await house.rows('select * from inbox')).length, 0)
  assert.match(await house.metrics(), /company_closed/)
})

void test('what a follower sends is stored unchanged: four-byte emoji, 2,048 bytes, 64-bit ids, and openids that differ only in case', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const long = '汉'.repeat(682) + 'ab'
  assert.equal(Buffer.byteLength(long), 2048)
  const said: [string, string, string][] = [
    ['oAbCase', '18446744073709551615', '😀👩‍👩‍👧‍👦 𠮷野家'],
    ['oaBCase', '18446744073709551614', long],
    ['oAbCase', '9223372036854775807', 'plain'],
  ]
  for (const [openid, msgId, text] of said) {
    assert.equal((await rawPush(house, textXml(openid, msgId, text))).status, 200)
  }
  const rows = await house.rows<{ customer_wx_openid: string; text: string }>(
    'select customer_wx_openid, text from message_data order by message_id',
  )
  assert.deepEqual(
    rows.map((row) => [row.customer_wx_openid, row.text]),
    said.map(([openid, , text]) => [openid, text]),
  )
  assert.equal((await house.rows('select wx_user_id from wx_user')).length, 2)
  const keys = await house.rows<{ dedup_key: string }>(
    'select dedup_key from inbox order by inbox_id',
  )
  assert.deepEqual(
    keys.map((row) => row.dedup_key),
    said.map(([, msgId]) => `m:${msgId}`),
  )
})
