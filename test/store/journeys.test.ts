// What is written waits for the next question: nobody in the unit may notice, and nothing of it may be lost.
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

void test('a unit reads what it has just written, in the order in which it wrote', async (t) => {
  const store = await open(t)
  await store.work('claim', async ({ sql }) => {
    await sql.insert('installation', [{ name: 'word', value: 'first' }])
    await sql.write('update installation set value = ? where name = ?', ['second', 'word'])
    assert.equal(await valueOf(sql, 'word'), 'second')
    await sql.insertNew('installation', [{ name: 'word', value: 'third' }])
    await sql.upsert('installation', [{ name: 'word', value: 'fourth' }], {
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

void test('a unit that asks nothing is kept as well', async (t) => {
  const store = await open(t)
  await store.work('claim', ({ sql }) =>
    sql.insert('installation', [{ name: 'alone', value: 'kept' }]),
  )
  assert.equal(await valueOf(store.read.sql, 'alone'), 'kept')
})

void test('what is refused ends the unit at the next question, or at the commit, and the next unit begins clean', async (t) => {
  const store = await open(t)
  const write = (name: string) =>
    store.work('claim', ({ sql }) => sql.insert('installation', [{ name, value: '' }]))
  await write('there')
  for (const asks of [true, false]) {
    await assert.rejects(
      store.work('claim', async ({ sql }) => {
        await sql.insert('installation', [{ name: 'lost', value: '' }])
        await sql.insert('installation', [{ name: 'there', value: '' }])
        if (asks) await valueOf(sql, 'there')
      }),
      (error) => store.isDuplicate(error),
    )
  }
  await assert.rejects(
    store.work('claim', async ({ sql }) => {
      await sql.insert('installation', [{ name: 'lost', value: '' }])
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

void test('a text that no key can be finds nothing, and what was written before it stays', async (t) => {
  const store = await open(t)
  await store.work('claim', async ({ sql }) => {
    await sql.insert('installation', [{ name: 'before', value: 'kept' }])
    assert.equal(
      await sql.one('select session_id from message_session where session_id = ?', ['钥匙']),
      null,
    )
  })
  assert.equal(await valueOf(store.read.sql, 'before'), 'kept')
})

void test('who only reads writes nothing', async (t) => {
  const store = await open(t)
  await assert.rejects(
    store.read.sql.insert('installation', [{ name: 'never', value: '' }]),
    /nothing is written here/,
  )
})
