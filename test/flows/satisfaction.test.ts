// The satisfaction question after a session: it is asked once, only if the reply window permits,
// and a tap on it opens no session.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openDesk, type Desk } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { later } from '../support/seen.ts'

const minute = 60_000

type Entry = { id: string; content: string }

async function asked(
  t: { after: (close: () => Promise<void>) => void },
  settings: object = {},
): Promise<Desk & { question: () => Promise<Entry[]> }> {
  const at = await openDesk(t)
  await at.house.admin.call('PATCH', '/api/settings', { askSatisfaction: true, ...settings })
  await eventually(async () => {
    assert.equal((await at.house.admin.call('GET', '/api/settings')).body.askSatisfaction, true)
  }, 'everywhere')
  const question = async () => {
    const menus = (await at.customer.inbox()).filter(
      (item) => item.type === 'msgmenu',
    ) as unknown as { content: { list: Entry[] } }[]
    return menus.flatMap((menu) => menu.content.list)
  }
  return { ...at, question }
}

void test('after a session is closed the customer is asked once, and the first tap is stored as the grade without opening a session', async (t) => {
  const at = await asked(t)
  await at.say(at.agent, '您好')
  const before = (await at.session()).window.remaining
  assert.equal(
    (await at.verb(at.agent, 'close')).body.window.remaining,
    before - 1,
    'it is counted',
  )
  await eventually(async () => {
    assert.deepEqual(
      (await at.question()).map((entry) => entry.content),
      ['满意', '一般', '不满意'],
    )
  })
  const [good, , bad] = (await at.question()) as [Entry, Entry, Entry]
  const line = (await at.lines(at.agent)).at(-1)
  assert.deepEqual(
    [line.type, line.messageType, line.opercode, line.menu.items.length],
    ['menu', 9, 6, 3],
  )

  const tapped = await at.customer.says(good.content, { bizmsgmenuid: good.id })
  assert.deepEqual(
    tapped.shown.map((one) => one.text),
    ['感谢您的评价！'],
  )
  await Promise.all([
    at.customer.says(bad.content, { bizmsgmenuid: bad.id }),
    at.customer.says(bad.content, { bizmsgmenuid: bad.id }),
  ])
  const session = (await at.agent.call('GET', `/api/sessions/${at.id}`)).body
  assert.deepEqual([session.satisfaction.grade, session.stateCode, session.unread], [1, -1, 0])
  assert.equal(
    (await at.house.admin.call('GET', '/api/sessions?state=queued')).body.items.length,
    0,
  )
  const lines = await at.lines(at.agent)
  assert.deepEqual(
    lines.map((one) => one.seq),
    lines.map((_, n) => n + 1),
    'the taps stand in the session, without a gap',
  )
  await at.customer.says('还有个问题')
  assert.equal(
    (await at.agent.call('GET', '/api/sessions?state=waiting&mine=true')).body.items.length,
    1,
    'a word opens a session as ever',
  )
})

void test('the satisfaction question is not sent if no person answered, no reply is left, or a supervisor closed the session', async (t) => {
  const silent = await asked(t)
  await silent.verb(silent.agent, 'close')
  const used = await asked(t)
  for (const text of ['一', '二', '三', '四', '五']) {
    assert.equal((await used.say(used.agent, text)).status, 202)
  }
  assert.equal((await used.verb(used.agent, 'close')).status, 200)
  const byBoss = await asked(t)
  await byBoss.say(byBoss.agent, '您好')
  await byBoss.verb(byBoss.house.admin, 'close')
  for (const at of [silent, used, byBoss]) {
    assert.ok((await at.session()).stateCode < 0)
    assert.equal((await at.lines()).filter((line) => line.type === 'menu').length, 0)
  }
})

void test('a session closed after silence is followed by the satisfaction question, unless the customer had the last word', async (t) => {
  const answered = await asked(t, { idleCloseMinutes: 60 })
  await answered.say(answered.agent, '您好')
  await later(answered.house, 61 * minute)
  await eventually(async () => {
    assert.equal((await answered.question()).length, 3)
  }, 'movedClock')
  assert.deepEqual(
    [(await answered.session()).stateCode, (await answered.session()).closeReason],
    [-1, 'idle'],
  )

  const waits = await asked(t, { idleCloseMinutes: 60 })
  await waits.say(waits.agent, '您好')
  await waits.customer.says('还在吗')
  await later(waits.house, 61 * minute)
  await eventually(async () => {
    assert.equal((await waits.session()).stateCode, -1)
  }, 'movedClock')
  assert.equal((await waits.lines()).filter((line) => line.type === 'menu').length, 0)
})

void test("a tap on somebody else's satisfaction question, or with an unknown id, is stored as an ordinary line", async (t) => {
  const at = await asked(t, { satisfactionThanks: '' })
  await at.say(at.agent, '您好')
  await at.verb(at.agent, 'close')
  await eventually(async () => {
    assert.equal((await at.question()).length, 3)
  })
  const [good] = (await at.question()) as [Entry]
  const stranger = await follower(at.house)
  await stranger.says('满意', { bizmsgmenuid: good.id })
  assert.equal((await at.session()).satisfaction, undefined)
  await at.customer.says('满意', { bizmsgmenuid: `grade:${'f'.repeat(32)}:1` })
  assert.equal(
    (await at.house.rows('select * from message_session where closed_at is null')).length,
    2,
    'both opened one',
  )
  const tapped = await at.customer.says('满意', {
    bizmsgmenuid: good.id,
    copies: 3,
    parallel: true,
  })
  assert.deepEqual(tapped.shown, [])
  assert.equal((await at.session()).satisfaction.grade, 1)
})
