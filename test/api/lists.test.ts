// Every list is read in the same way: `?cursor=&limit=`.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Route } from '../../src/http/engine/route.ts'
import { wireSchemas } from '../../src/http/engine/wire-schemas.ts'
import { routes } from '../../src/http/routes.ts'
import { as, refusal } from '../support/api.ts'
import { openHouse } from '../support/app.ts'

type Described = { properties?: Record<string, unknown> }

function isList({ method, answers }: Route): boolean {
  if (method !== 'get' || answers === 'file' || answers === 'redirect') return false
  if (typeof answers !== 'string') return 'page' in answers
  const { properties = {} } = wireSchemas[answers] as Described
  return 'items' in properties && 'next' in properties
}

void test('every list takes a limit of 1 to 200, which is 50 if none is given, and a cursor', () => {
  const lists = routes.filter(isList)
  assert.ok(lists.length > 20, 'the premise: there are lists')
  for (const { path, query } of lists) {
    const limitOf = (given: object) =>
      (query.safeParse(given).data as { limit: number } | undefined)?.limit
    assert.deepEqual(
      [limitOf({}), limitOf({ limit: '200' }), limitOf({ limit: '201' }), limitOf({ limit: '0' })],
      [50, 200, undefined, undefined],
      path,
    )
    const { error } = query.safeParse({ cursor: '' })
    assert.equal(error?.issues[0]?.code, 'invalid_format', `${path} knows a cursor`)
  }
})

void test('51 groups come as a page of 50 and one of 1, and in one page only if a limit allows that', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const admin = as(house.admin)
  for (let n = 0; n < 51; n += 1) {
    await admin
      .post('/api/groups')
      .send({ name: `group ${n}` })
      .expect(201)
  }
  const page = async (query: object) => {
    const { body } = await admin.get('/api/groups').query(query).expect(200)
    return body as { items: { name: string }[]; next: string | null }
  }
  const first = await page({})
  const rest = await page({ cursor: first.next })
  const whole = await page({ limit: 200 })
  assert.deepEqual([first.items.length, rest.items.length, whole.items.length], [50, 1, 51])
  assert.deepEqual([rest.next, whole.next], [null, null])
  assert.deepEqual([...first.items, ...rest.items], whole.items)
  await admin
    .get('/api/groups')
    .query({ limit: 201 })
    .expect(400)
    .expect(refusal('invalid_input', 'limit'))
})
