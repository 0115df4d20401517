// Many replies in many sessions while WeChat fails at random. Afterwards the simulator's record and
// our rows must agree line by line.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, post, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'
import { times } from '../support/full.ts'
import { sentTo, type Sent } from '../support/rig.ts'

/** Random numbers, the same sequence in every run. */
function dice(seed: number) {
  let state = seed
  return (sides: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * sides)
  }
}

const firstSeed = 42
const sendPath = '/cgi-bin/message/custom/send'
// the failures to draw from: two permanent refusals, both refusals of the reply window, busy, an
// expired token, a lost answer, and an answer that is HTML
const faults: object[] = [
  { kind: 'errcode', errcode: 45002 },
  { kind: 'errcode', errcode: 40003 },
  { kind: 'errcode', errcode: 45047 },
  { kind: 'closeWindow' },
  { kind: 'errcode', errcode: -1 },
  { kind: 'expireToken' },
  { kind: 'reset' },
  { kind: 'html' },
]

/**
 * Which of its replies a talk lets fail, and how. It is drawn before the talk begins and for each
 * talk by itself, so it depends on nothing but the seed; which reply then meets the failure can
 * still depend on which one is sent first.
 */
function drawFaults(seed: number, replies: number): (object | null)[] {
  const roll = dice(seed)
  return Array.from({ length: replies }, () =>
    roll(4) === 0 ? (faults[roll(faults.length)] ?? null) : null,
  )
}

type Row = {
  message_id: string
  customer_wx_openid: string
  seq: number
  text: string
  delivery: string
  errcode: number | null
}
const repliesOf = (house: House) =>
  house.rows<Row>(
    'select message_id, customer_wx_openid, seq, text, delivery, errcode from message_data where opercode = 1 order by customer_wx_openid, seq',
  )

const settled = (house: House, openid: string) =>
  eventually(async () => {
    const open = await house.rows(
      "select message_id from message_data where customer_wx_openid = ? and delivery in ('pending', 'sending')",
      [openid],
    )
    assert.equal(open.length, 0)
  })

void test("many replies under random failures of WeChat arrive in order, each ends in one state, and that state agrees with WeChat's record", async (t) => {
  const [sessions, replies] = [times(8, 50), times(12, 20)]
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  house.announce({ logs: ['a reply did not simply arrive'] })
  const agent = await house.agent('agent1', { capacity: sessions })
  const customers: { customer: Follower; id: string }[] = []
  for (let n = 0; n < sessions; n += 1) {
    const customer = await follower(house)
    await customer.says('在吗')
    customers.push({ customer, id: (await agent.call('POST', '/api/sessions/claim', {})).body.id })
  }

  const refusals = await Promise.all(
    customers.map(({ customer, id }, which) =>
      talk(house, { customer, which, fails: drawFaults(firstSeed + which, replies) }, (text) =>
        agent.call('POST', `/api/sessions/${id}/messages`, {
          clientMsgId: text,
          type: 'text',
          text,
        }),
      ),
    ),
  )
  const refused = refusals.reduce((sum, one) => sum + one, 0)
  await compare(
    house,
    customers.map((one) => one.customer),
    sessions * replies,
  ).then((counts) => {
    t.diagnostic(JSON.stringify({ ...counts, refusedBeforeSending: refused }))
  })
})

type Talk = { customer: Follower; which: number; fails: (object | null)[] }
type Say = (text: string) => Promise<{ status: number; body: any }>

/**
 * Returns how often a reply was refused before it was sent. The follower then writes and the reply
 * is repeated.
 */
async function talk(house: House, { customer, which, fails }: Talk, say: Say): Promise<number> {
  let refused = 0
  for (const [n, fault] of fails.entries()) {
    if (n > 0 && n % 4 === 0) {
      await settled(house, customer.openid)
      await customer.says(`然后呢 ${n}`)
    }
    if (fault) await post(`${house.simulator}/sim/faults`, { path: sendPath, ...fault })
    const sent = await say(`${which}-${n}`)
    if (sent.status === 202) continue
    assert.ok(
      ['reply_window_closed', 'reply_budget_used'].includes(sent.body.error.code),
      JSON.stringify(sent.body),
    )
    refused += 1
    await settled(house, customer.openid)
    await customer.says('在')
    assert.equal((await say(`${which}-${n}`)).status, 202)
  }
  await settled(house, customer.openid)
  return refused
}

/** Compares our replies with the simulator's record, line by line for each follower. */
async function compare(
  house: House,
  customers: Follower[],
  howMany: number,
): Promise<Record<string, number>> {
  const rows = await repliesOf(house)
  assert.equal(rows.length, howMany)
  const ledger = await sentTo(house.simulator)
  const counts: Record<string, number> = {}
  for (const row of rows) {
    counts[row.delivery] = (counts[row.delivery] ?? 0) + 1
    compareLine(
      row,
      ledger.filter((one) => one.openid === row.customer_wx_openid && one.text === row.text),
    )
  }
  for (const customer of customers) {
    const arrived = new Set(
      ledger.filter((one) => one.openid === customer.openid).map((one) => one.text),
    )
    const inOrder = rows
      .filter((row) => row.customer_wx_openid === customer.openid)
      .map((row) => row.text)
    assert.deepEqual(
      [...arrived],
      inOrder.filter((text) => arrived.has(text)),
    )
    const shown = (await customer.inbox()).map((item) => item.text)
    assert.equal(new Set(shown).size, shown.length, 'nothing twice on the phone')
  }
  assert.ok(
    (counts['sent'] ?? 0) > howMany / 2 &&
      (counts['failed'] ?? 0) > 0 &&
      (counts['unknown'] ?? 0) > 0,
    JSON.stringify(counts),
  )
  return counts
}

/** A refused token proves that nothing arrived, so such a call may precede the one that counts. */
function compareLine({ text, delivery, errcode }: Row, calls: Sent[]): void {
  const counting = calls.filter((one) => ![40001, 40014, 42001].includes(one.errcode ?? 0))
  const said = `${text} (${delivery}): ${JSON.stringify(calls)}`
  if (delivery === 'unknown') {
    // the answer was lost, so the call may or may not have reached the simulator
    assert.ok(counting.length <= 1, said)
    return
  }
  assert.equal(counting.length, 1, said)
  const wanted = delivery === 'sent' ? [0, true] : [errcode, false]
  assert.deepEqual([counting[0]?.errcode, counting[0]?.delivered], wanted, said)
}
