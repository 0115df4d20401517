// Checks the generated calls on which other tests rely: each can be made, and succeeds.
import assert from 'node:assert/strict'
import test from 'node:test'
import { routes } from '../../src/http/routes.ts'
import { fills, fillOf, operationOf, send, writes } from '../support/route-calls.ts'
import { openStage } from '../support/stage.ts'

const writing = routes.filter(writes)

void test('every route that writes has an entry describing its call, and no entry belongs to a route that no longer exists', () => {
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

void test('the generated call of every writing route succeeds when an entitled person makes it on an existing thing', async (t) => {
  const stage = await openStage({ missed: 1, reclaimed: 1 })
  t.after(() => stage.house.close())
  const failed: string[] = []
  // calls that end a sign-in come last, because all other calls need it
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
