// What other tests draw from: each writing route of the router's own list can be called, and then it does something.
import assert from 'node:assert/strict'
import test from 'node:test'
import { routes } from '../../src/http/routes.ts'
import { fills, fillOf, operationOf, send, writes } from '../support/route-calls.ts'
import { openStage } from '../support/stage.ts'

const writing = routes.filter(writes)

void test('every writing route has a line that says how it is called, and no line is of a route that is gone', () => {
  for (const route of writing) fillOf(route)
  const there = new Set(routes.map(operationOf))
  assert.deepEqual(
    Object.keys(fills).filter((operation) => !there.has(operation)),
    [],
  )
  assert.throws(
    () => fillOf({ ...writing[0]!, path: '/api/new' }),
    /POST \/api\/new writes.*route-calls\.ts \(fills\)/,
  )
})

void test('every writing route is called with success by whoever may, on a thing that is there', async (t) => {
  const stage = await openStage({ missed: 1, reclaimed: 1 })
  t.after(() => stage.house.close())
  const failed: string[] = []
  // what ends a sign-in comes last
  const inOrder = [...writing].sort(
    (a, b) => Number(fillOf(a).endsSignIn ?? false) - Number(fillOf(b).endsSignIn ?? false),
  )
  for (const route of inOrder) {
    const { by, call } = await stage.prepare(route)
    const { status, body } = await send(stage.house.url, stage.people[by].token, call)
    const nothing = body.failed?.length > 0 || status === 204
    if (status >= 400 || nothing) {
      failed.push(
        `${call.operation} by ${by}: ${status} ${JSON.stringify(body)} of ${JSON.stringify(call.body)}`,
      )
    }
  }
  assert.deepEqual(
    failed,
    [],
    'give it in test/support/route-calls.ts (fills) a person who may, a thing in the right state, and a body',
  )
})
