import assert from 'node:assert/strict'
import test from 'node:test'
import { forgetOld } from '../../src/actions/jobs/forget-old.ts'
import { openHouse } from '../support/app.ts'

const dayMs = 24 * 3600_000
const many = 1700
const mostAtOnce = 500

void test('what is old is forgotten in small pieces, each a unit of its own; what is young or needed stays', async (t) => {
  const deletes: { unit: number; query: string }[] = []
  const house = await openHouse({
    alone: true,
    rules: false,
    withoutCron: true,
    onSql: (unit, _kind, query) => {
      if (/^delete from `?(stream_event|inbox|login_log|audit_log|outbox)/.test(query)) {
        deletes.push({ unit, query })
      }
    },
  })
  t.after(house.close)
  house.announce({ refused: true })
  const { store, clock } = house.app.ports
  const [company] = await store.read.accounts.companies()
  const companyId = company?.company_id ?? ''
  const now = clock.now()
  const idAt = (at: number, n: number) =>
    `${at.toString(16).padStart(12, '0')}${n.toString(16).padStart(20, '0')}`
  const inbox = (at: number, n: number, state = 'done') => ({
    inbox_id: idAt(at, n),
    company_id: companyId,
    account_id: 'a',
    dedup_key: `${at} ${n}`,
    openid: 'o',
    kind: 'text',
    state,
    raw_xml: null,
    created_at: at,
  })
  const event = (at: number, n: number) => ({
    company_id: companyId,
    stream: 'old',
    offset: at + n,
    event_id: idAt(at, n),
    type: 't',
    data: '{}',
    created_at: at,
  })
  const [oldPush, youngPush] = [now - 31 * dayMs, now - 29 * dayMs]
  const [oldEvent, youngEvent] = [now - 8 * dayMs, now - 6 * dayMs]
  const numbers = [...Array(many).keys()]
  await store.work('rest', async ({ sql }) => {
    await sql.insert('inbox', [
      ...numbers.map((n) => inbox(oldPush, n)),
      inbox(oldPush, many, 'refused'),
      inbox(youngPush, 0),
    ])
    await sql.insert('stream_event', [
      ...numbers.map((n) => event(oldEvent, n)),
      event(youngEvent, 0),
    ])
    await sql.insert('audit_log', [
      {
        audit_id: idAt(now - 400 * dayMs, 0),
        company_id: companyId,
        uid: 1,
        action: 'x',
        object: 'x',
        detail: null,
        at: now - 400 * dayMs,
      },
    ])
  })
  const told = await forgetOld(house.app.ports)
  assert.deepEqual(
    [told.forgotten.inbox, told.forgotten.events, told.forgotten.audit, told.more],
    [many, many, 1, false],
  )
  const left = await house.rows<{ created_at: number; state: string }>(
    "select created_at, state from inbox where account_id = 'a' order by created_at",
  )
  assert.deepEqual(
    left.map((row) => [row.created_at, row.state]),
    [
      [oldPush, 'refused'],
      [youngPush, 'done'],
    ],
  )
  const events = await house.rows("select event_id from stream_event where stream = 'old'")
  assert.equal(events.length, 1)
  assert.ok(deletes.length >= 2 * Math.ceil(many / mostAtOnce))
  assert.equal(new Set(deletes.map((one) => one.unit)).size, deletes.length, 'a unit for each')
  for (const { query } of deletes) assert.match(query, /limit \?/)
  assert.ok((await house.admin.call('GET', '/api/me')).status === 200, 'who is signed in stays so')
})
