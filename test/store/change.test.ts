// The one way to change a row sets only the named columns, and never the key or the company.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { AccountRow, PatchIn, SessionRow } from '../../entities/index.ts'
import { newCustomer, newSession } from '../../src/actions/lines/new-rows.ts'
import { openTestStore } from '../support/store.ts'

const at = 1_700_000_000_000
const place = { company_id: 'c'.repeat(32), account_id: 'a'.repeat(32), appid: 'wx0' }
const sessions = ['1', '2', '3'].map((id) =>
  newSession(newCustomer(place, { id: id.repeat(32), openid: id, at }), { id: id.repeat(32), at }),
) as [SessionRow, SessionRow, SessionRow]

const open = async (t: { after: (close: () => Promise<void>) => void }) => {
  const { store, close } = await openTestStore()
  t.after(close)
  await store.work('rest', (unit) => unit.sessions.insert(sessions))
  const stands = ({ company_id, session_id }: SessionRow) =>
    store.read.sessions.find(company_id, session_id)
  return { store, stands }
}

void test("two transactions that change different columns of the same row keep each other's changes", async (t) => {
  const { store, stands } = await open(t)
  const [row, other] = sessions
  const change = (patch: PatchIn<'message_session'>) =>
    store.work('rest', (unit) => unit.sessions.change(row.company_id, row.session_id, patch))
  await change({ unread: 3, lane: undefined })
  await change({ lane: 'lane', watched_until: at })
  await change({})
  assert.deepEqual(await stands(row), { ...row, unread: 3, lane: 'lane', watched_until: at })
  assert.deepEqual(await stands(other), other)
})

void test('a session that has moved to another lane meanwhile is not claimed from its old lane, and the caller learns that nothing changed', async (t) => {
  const { store, stands } = await open(t)
  const [row] = sessions
  const claim = (lane: string) =>
    store.work('claim', (unit) => unit.sessions.claim(row.session_id, lane, { state: 1, uid: 7 }))
  await store.work('rest', (unit) =>
    unit.sessions.change(row.company_id, row.session_id, { lane: 'first' }),
  )
  assert.equal(await claim('second'), false)
  assert.equal((await stands(row))?.uid, null)
  assert.equal(await claim('first'), true)
  assert.equal(await claim('first'), false)
  assert.equal((await stands(row))?.uid, 7)
})

void test('when many rows are changed at once, each gets its own values in the named columns and keeps all others', async (t) => {
  const { store, stands } = await open(t)
  const changed = sessions.slice(0, 2).map((row, n) => ({ ...row, rank: n, unread: 9 }))
  await store.work('rest', (unit) => unit.sessions.rerank(changed))
  for (const [n, row] of sessions.entries()) {
    assert.deepEqual(await stands(row), { ...row, rank: n < 2 ? n : null })
  }
})

void test('changing a column of a row in memory does not compile', () => {
  const change = (session: SessionRow) => {
    // @ts-expect-error a row is changed in the database, by a patch
    session.unread = 1
    return session
  }
  assert.equal(change({ ...sessions[0] }).unread, 1)
})

void test("a change that passes a whole row, the row's key or its company does not compile", () => {
  const row = sessions[0]
  const account = {} as AccountRow
  // @ts-expect-error a whole row cannot be passed as a change
  const whole: PatchIn<'message_session'> = row
  // @ts-expect-error a whole row cannot be passed as a change, even if only one column of it is new
  const spread: PatchIn<'message_session'> = { ...row, unread: 0 }
  // @ts-expect-error the key of a row cannot be changed
  const key: PatchIn<'message_session'> = { session_id: row.session_id }
  // @ts-expect-error the company to which a row belongs cannot be changed
  const company: PatchIn<'official_account'> = { company_id: account.company_id }
  // @ts-expect-error a column that the table does not have cannot be changed
  const unknown: PatchIn<'message_session'> = { colour: 'red' }
  // @ts-expect-error a column cannot be set to a value of another type
  const kind: PatchIn<'message_session'> = { unread: 'many' }
  const fine: PatchIn<'message_session'> = { unread: 0, lane: null, rank: undefined }
  assert.equal([whole, spread, key, company, unknown, kind, fine].length, 7)
})
