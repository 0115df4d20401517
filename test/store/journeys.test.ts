// Writes are held back and sent with the next read. The code in a transaction must not notice this,
// and nothing may be lost.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Store } from '../../src/store/store.ts'
import { openTestStore } from '../support/store.ts'

const open = async (t: { after: (close: () => Promise<void>) => void }) => {
  const { store, close } = await openTestStore()
  t.after(close)
  return store
}
const find = 'select value from installation where name = ?'
const valueOf = async (sql: Store['read']['sql'], name: string) =>
  (await sql.one<{ value: string }>(find, [name]))?.value

void test('a transaction reads what it has just written, in the order of its writes', async (t) => {
  const store = await open(t)
  await store.work('claim', async ({ sql }) => {
    sql.insert('installation', [{ name: 'word', value: 'first' }])
    sql.write('update installation set value = ? where name = ?', ['second', 'word'])
    assert.equal(await valueOf(sql, 'word'), 'second')
    sql.insertNew('installation', [{ name: 'word', value: 'third' }])
    sql.upsert('installation', [{ name: 'word', value: 'fourth' }], {
      key: 'name',
      update: ['value'],
    })
    assert.equal(
      await sql.run('update installation set value = ? where name = ? and value = ?', [
        'fifth',
        'word',
        'fourth',
      ]),
      1,
    )
  })
  assert.equal(await valueOf(store.read.sql, 'word'), 'fifth')
})

void test('a transaction that never reads still commits its writes', async (t) => {
  const store = await open(t)
  await store.work('claim', ({ sql }) =>
    sql.insert('installation', [{ name: 'alone', value: 'kept' }]),
  )
  assert.equal(await valueOf(store.read.sql, 'alone'), 'kept')
})

void test('a write that the database refuses fails the transaction at the next read or at the commit, and the next transaction starts clean', async (t) => {
  const store = await open(t)
  const write = (name: string) =>
    store.work('claim', ({ sql }) => sql.insert('installation', [{ name, value: '' }]))
  await write('there')
  for (const asks of [true, false]) {
    await assert.rejects(
      store.work('claim', async ({ sql }) => {
        sql.insert('installation', [{ name: 'lost', value: '' }])
        sql.insert('installation', [{ name: 'there', value: '' }])
        if (asks) await valueOf(sql, 'there')
      }),
      (error) => store.isDuplicate(error),
    )
  }
  await assert.rejects(
    store.work('claim', ({ sql }) => {
      sql.insert('installation', [{ name: 'lost', value: '' }])
      throw new Error('changed its mind')
    }),
    /changed its mind/,
  )
  await write('after')
  const names = (
    await store.read.sql.all<{ name: string }>(
      "select name from installation where name in ('there', 'lost', 'after') order by name",
    )
  ).map(({ name }) => name)
  assert.deepEqual(names, ['after', 'there'])
})

void test('looking up a text that no key can contain finds nothing, and earlier writes of the transaction are kept', async (t) => {
  const store = await open(t)
  await store.work('claim', async ({ sql }) => {
    sql.insert('installation', [{ name: 'before', value: 'kept' }])
    assert.equal(
      await sql.one('select session_id from message_session where session_id = ?', ['钥匙']),
      null,
    )
  })
  assert.equal(await valueOf(store.read.sql, 'before'), 'kept')
})

void test('writes through a read-only connection are refused', async (t) => {
  const store = await open(t)
  assert.throws(() => {
    store.read.sql.insert('installation', [{ name: 'never', value: '' }])
  }, /nothing is written here/)
})
