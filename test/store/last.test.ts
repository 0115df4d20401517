// What is sent with the commit: event streams, the most contended rows of a company.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Store } from '../../src/store/store.ts'
import { openTestStore } from '../support/store.ts'

const open = async (t: { after: (close: () => Promise<void>) => void }) => {
  const { store, close } = await openTestStore()
  t.after(close)
  return store
}
const event = (id: string) => ({
  stream: 'live',
  event_id: id,
  type: 'test',
  data: '{}',
  created_at: 1,
})
const offsets = (store: Store) =>
  store.read.sql.all<{ offset: number; event_id: string }>(
    'select `offset`, event_id from stream_event order by `offset`',
  )
const top = async (store: Store) =>
  (await store.read.sql.one<{ top: number }>("select top from stream where stream = 'live'"))?.top

void test('transactions that write to the same event stream at the same time get consecutive numbers without a gap', async (t) => {
  const store = await open(t)
  await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      store.work('claim', (unit) => {
        unit.streams.append('c', 'epoch', [event(`${n} first`), event(`${n} second`)])
        return Promise.resolve()
      }),
    ),
  )
  const rows = await offsets(store)
  assert.deepEqual(
    rows.map(({ offset }) => offset),
    Array.from({ length: 80 }, (_, at) => at + 1),
  )
  assert.equal(await top(store), 80)
  const [first, second] = rows
  assert.ok(
    first?.event_id.endsWith(' first') &&
      second?.event_id === first.event_id.replace('first', 'second'),
    "a unit's events stand together",
  )
})

void test('if the last writes of a transaction fail, nothing of it is stored', async (t) => {
  const store = await open(t)
  const tell = (id: string) =>
    store.work('claim', (unit) => {
      unit.sql.insert('installation', [{ name: id, value: '' }])
      unit.streams.append('c', 'epoch', [event(id)])
      unit.streams.append('c', 'epoch', [event(`${id} again`)])
    })
  await tell('kept')
  // of the three rows, the middle one has a key that exists already, so the database refuses it
  await assert.rejects(
    store.work('claim', (unit) => {
      unit.streams.append('c', 'epoch', [event('lost')])
      unit.sql.last(
        'insert into stream_event (company_id, stream, `offset`, event_id, type, data, created_at) values (?, ?, ?, ?, ?, ?, ?)',
        ['c', 'live', 1, 'x', 'test', '{}', 1],
      )
      unit.streams.append('c', 'epoch', [event('lost too')])
      unit.sql.insert('installation', [{ name: 'lost', value: '' }])
    }),
    (error) => store.isDuplicate(error),
  )
  assert.deepEqual(
    (await offsets(store)).map(({ event_id: id }) => id),
    ['kept', 'kept again'],
  )
  assert.deepEqual(
    (
      await store.read.sql.all<{ name: string }>(
        "select name from installation where name in ('kept', 'lost')",
      )
    ).map(({ name }) => name),
    ['kept'],
  )
  await tell('after')
  assert.deepEqual(
    (await offsets(store)).map(({ offset }) => offset),
    [1, 2, 3, 4],
  )
})

void test('adding an event through a read-only connection fails', async (t) => {
  const store = await open(t)
  assert.throws(() => {
    store.read.streams.append('c', 'epoch', [event('never')])
  })
})
