// Compares the answers of every operation with the OpenAPI document. All other tests of the API
// compare the answers they get as well (test/support/answers.ts); this one leaves out no route;
// doors.test.ts calls the rest.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Route } from '../../src/http/engine/route.ts'
import { doors } from '../../src/http/doors.ts'
import { routes } from '../../src/http/routes.ts'
import { responsesOf } from '../../src/http/engine/openapi.ts'
import { asNobody } from '../support/api.ts'
import { openHouse } from '../support/app.ts'
import { undescribed } from '../support/answers.ts'
import { documented } from '../support/documented.ts'
import { ask, cells, nameOf, openRights, type Cell, type Rights } from '../support/rights.ts'
import { operationOf, writes } from '../support/route-calls.ts'

/**
 * The callers with whom a route is called. A route that only reads is called by everybody who may;
 * a route that writes by one caller for each kind of thing, because the call uses the thing up. One
 * caller who must be refused is added.
 */
function* chosen(route: Route): Generator<Cell> {
  const own = cells.filter((cell) => cell.route === route)
  for (const reach of new Set(own.map((cell) => cell.reach))) {
    const some = own.filter((cell) => cell.reach === reach && cell.caller !== 'foreign')
    const may = some.filter(({ wants }) => wants === 'yes')
    const mayNot = some.filter(({ wants }) => typeof wants === 'number')
    yield* writes(route) ? may.slice(0, 1) : may
    yield* mayNot.slice(0, 1)
  }
}

async function askAll(at: Rights): Promise<{ served: Set<string>; faults: string[] }> {
  const served = new Set<string>()
  const faults: string[] = []
  // routes that only read come first, while no call that writes has changed or used up what they
  // need
  const inOrder = routes.toSorted((a, b) => Number(writes(a)) - Number(writes(b)))
  for (const cell of inOrder.flatMap((route) => [...chosen(route)])) {
    const answer = await ask(at, cell, await at.idsOf(cell.thing)).catch((error: unknown) => {
      faults.push(`${nameOf(cell)}: ${String(error)}`)
    })
    if (answer && answer.status < 400) served.add(operationOf(cell.route))
  }
  return { served, faults }
}

void test('every operation of the OpenAPI document is called successfully, and each of its answers, including refusals, is as the document says', async (t) => {
  const at = await openRights()
  t.after(() => at.house.close())
  const operations = await documented(at.house)
  // operations that do not stand in the list of routes are left out here; test/api/doors.test.ts
  // calls them
  for (const door of doors) assert.ok(operations.delete(operationOf(door)))
  const { served, faults } = await askAll(at)
  assert.deepEqual(faults, [])
  assert.ok(operations.size > 80, `${operations.size} operations`)
  assert.deepEqual(
    [...operations.keys()].filter((operation) => !served.has(operation)),
    [],
    'these were never called with success',
  )
  t.diagnostic(`${operations.size} operations`)
})

void test('the OpenAPI document has a schema for every answer, all its references can be resolved, and each operation has a unique id', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const { body, text } = await asNobody(house).get('/api/openapi.json').expect(200)
  const named = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  )
  assert.ok(named.length > 100)
  assert.deepEqual(
    named.filter((name) => name === undefined || !(name in body.components.schemas)),
    [],
  )
  const operations = await documented(house)
  for (const route of routes) {
    const { responses } = operations.get(operationOf(route))
    assert.deepEqual(responses, JSON.parse(JSON.stringify(responsesOf(route))))
    assert.ok(Object.keys(responses).length > 1, operationOf(route))
  }
  const ids = [...operations.values()].map(({ operationId }) => operationId)
  assert.equal(new Set(ids).size, ids.length)
})

void test('the check of answers against the OpenAPI document finds an unknown field, a missing field, a wrong word and an undocumented status', () => {
  const asked = { method: 'POST', url: '/api/sessions/close' }
  const as = (body: object, status = 200) =>
    undescribed(asked, { status, type: 'application/json; charset=utf-8', body })
  assert.equal(as({ closed: ['a'], failed: [{ id: 'b', code: 'not_found' }] }), null)
  assert.match(as({ closed: [], failed: [], more: 1 }) ?? '', /\.more is not named/)
  assert.match(as({ closed: [] }) ?? '', /\.failed is missing/)
  assert.match(
    as({ closed: [], failed: [{ id: 'b', code: 'nowhere' }] }) ?? '',
    /\.failed\[0\]\.code: one of/,
  )
  assert.match(as({ closed: [1], failed: [] }) ?? '', /\.closed\[0\]: string, not 1/)
  assert.match(as({ closed: [], failed: [] }, 201) ?? '', /not described/)
  assert.match(as({ error: { code: 'not_found' } }, 404) ?? '', /\.error\.message is missing/)
})
