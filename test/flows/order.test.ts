// The order of lines is given by time, session and seq, never by ids, because ids are made from the
// clocks of several machines.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, type Actor } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'

/** Reads all pages, each older than the one before; within a page lines ascend. */
async function history(agent: Actor, path: string, limit: number) {
  const lines: { text: string; sessionId: string | null; seq: number | null }[] = []
  for (let cursor = ''; ;) {
    const { status, body } = await agent.call('GET', `${path}?limit=${limit}${cursor}`)
    assert.equal(status, 200, JSON.stringify(body))
    lines.unshift(...body.items)
    if (body.next === null) return lines
    cursor = `&cursor=${body.next}`
  }
}

void test("a customer's history is in the order of writing over all sessions, even if ids come from a clock ten minutes behind", async (t) => {
  let behind = false
  const late = (id: string) =>
    (Number.parseInt(id.slice(0, 12), 16) - 600_000).toString(16).padStart(12, '0') + id.slice(12)
  const house = await openHouse({
    rules: false,
    wrap: (ports) => ({ ...ports, ids: () => (behind ? late(ports.ids()) : ports.ids()) }),
  })
  t.after(house.close)
  const one = await follower(house)
  const said: string[] = []
  for (const round of [1, 2, 3]) {
    behind = round > 1
    for (const n of [1, 2, 3]) {
      said.push(`${round}.${n}`)
      assert.equal((await one.says(`${round}.${n}`)).status, 200)
    }
    const [open] = await eventually(async () => {
      const rows = await house.rows<{ session_id: string }>(
        'select session_id from message_session where open_key is not null',
      )
      assert.equal(rows.length, 1)
      return rows
    })
    const closed = await house.admin.call('POST', `/api/sessions/${open?.session_id}/close`, {})
    assert.equal(closed.status, 200, JSON.stringify(closed.body))
  }
  const [customer] = await house.rows<{ wx_user_id: string }>('select wx_user_id from wx_user')
  const at = `/api/customers/${customer?.wx_user_id}`
  for (const limit of [2, 50]) {
    const lines = await history(house.admin, `${at}/messages`, limit)
    assert.deepEqual(
      lines.map((line) => line.text),
      said,
      `in pages of ${limit}`,
    )
  }
  const sessions = (await house.admin.call('GET', `${at}/sessions?limit=2`)).body
  const rest = (await house.admin.call('GET', `${at}/sessions?cursor=${sessions.next}`)).body
  const inOrder = await house.rows<{ session_id: string }>(
    'select session_id from message_session order by add_time desc',
  )
  assert.deepEqual(
    [...sessions.items, ...rest.items].map((row: { id: string }) => row.id),
    inOrder.map((row) => row.session_id),
  )
  const strange = await house.admin.call('GET', `${at}/messages?cursor=${'0'.repeat(32)}`)
  assert.deepEqual([strange.status, strange.body.error?.details.field], [400, 'cursor'])
})

void test('the newest action is first in the audit log, whichever machine made its id', async (t) => {
  let behind = false
  const house = await openHouse({
    rules: false,
    alone: true,
    wrap: (ports) => ({
      ...ports,
      ids: () => (behind ? `00${ports.ids().slice(2)}` : ports.ids()),
    }),
  })
  t.after(house.close)
  const rename = async (name: string) => {
    const changed = await house.admin.call('POST', '/api/groups', { name })
    assert.equal(changed.status, 201, JSON.stringify(changed.body))
  }
  await rename('first')
  behind = true
  await rename('second')
  await rename('third')
  const first = (await house.admin.call('GET', '/api/audit?limit=1')).body
  const second = (await house.admin.call('GET', `/api/audit?limit=1&cursor=${first.next}`)).body
  const rows = await house.rows<{ audit_id: string }>(
    'select audit_id from audit_log order by at desc, audit_id desc',
  )
  assert.deepEqual(
    [first.items[0].id, second.items[0].id],
    rows.slice(0, 2).map((row) => row.audit_id),
  )
  assert.ok(first.items[0].id.startsWith('00'))
})
