// Calls every route with unsuitable values. Each call must be refused with a reason or accepted,
// but never fail with a 5xx.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Route } from '../../src/http/engine/route.ts'
import { routes } from '../../src/http/routes.ts'
import { as, refusal, type Asking } from '../support/api.ts'
import { openHouse, password, type House } from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { times } from '../support/full.ts'
import {
  plainFields,
  sample,
  inputSchemaOf,
  urlOf,
  type RouteIds,
  type InputSchema,
} from '../support/route-calls.ts'

const odd: unknown[] = [
  'abc',
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  'NaN',
  'Infinity',
  '1e400',
  '2147483648',
  '9223372036854775808',
  '客服🙂',
  "' or 1=1 --",
  'a\u0000b',
  '\ud83d',
  '%',
  '../..',
  'x'.repeat(300),
  'f'.repeat(32),
  '9.9',
  `9.${'f'.repeat(32)}`,
]
const oddInBody: unknown[] = [
  ...odd,
  null,
  true,
  -1,
  0,
  1.5,
  2 ** 31,
  2 ** 53,
  1e308,
  [],
  {},
  [null],
  ['客服🙂'],
  [2 ** 31, -1, 1.5],
  { id: {} },
]
const toWell = (value: unknown) => String(value).replace(/[\ud800-\udfff]/g, '')
const oddInQuery = odd.map(toWell)
const oddInPath = oddInQuery.filter((one) => one !== '' && one !== '../..')

/** Whether a call of this route would end the sign-in with which this test makes all its calls. */
const ends = (route: Route) => route.path === '/api/logout'

/** Where a value can be in a body: at most three levels deep, in each option of a union. */
function* places(schema: InputSchema, path: string[] = []): Generator<string[]> {
  for (const option of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    yield* places(option, path)
  }
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    yield [...path, key]
    if (path.length < 2) yield* places(inner, [...path, key])
  }
}

function withOdd(body: unknown, [key = '', ...rest]: string[], value: unknown): object {
  const inner = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  return { ...inner, [key]: rest.length === 0 ? value : withOdd(inner[key], rest, value) }
}

/**
 * Ids of existing things, by the first word of the path and by the name of a field, so that a call
 * fails only for the unsuitable value.
 */
async function idsOf(house: House): Promise<RouteIds> {
  await (await follower(house)).says('你好')
  const agent = await house.agent('agent1')
  const [admin, asAgent] = [as(house.admin), as(agent)]
  const { body: session } = await asAgent.post('/api/sessions/claim').send({}).expect(200)
  const pdf = Buffer.from('%PDF-1.7')
  const { body: file } = await asAgent.post('/api/media').attach('file', pdf, 'a.pdf').expect(201)
  const first = async (path: string) => (await admin.get(path).expect(200)).body.items[0].id
  const made = async (path: string, body: object) =>
    String((await admin.post(path).send(body).expect(201)).body.id)
  const accountId = await first('/api/accounts')
  const group = await made('/api/groups', { name: '售后' })
  const company = await made('/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const text = { type: 'text', text: 'q' }
  return {
    paths: {
      sessions: session.id,
      messages: await first(`/api/sessions/${session.id}/messages`),
      customers: session.customer.id,
      users: String(agent.uid),
      groups: group,
      companies: company,
      accounts: accountId,
      media: file.id,
      rules: await first('/api/rules'),
      receptions: await made('/api/receptions', { accountId, scene: 'a', name: 'A', qr: false }),
      'quick-replies': await made('/api/quick-replies', {
        scope: 'shared',
        title: 'q',
        content: text,
      }),
      'quick-reply-groups': await made('/api/quick-reply-groups', { scope: 'shared', name: 'g' }),
    },
    fields: {
      customerId: session.customer.id,
      accountId,
      sessionId: session.id,
      uid: String(agent.uid),
      agentUid: String(agent.uid),
      groupId: group,
      ...plainFields,
    },
  }
}

type Odd = {
  what: string
  method: Route['method']
  path: string
  body?: object | undefined
  wants?: number[]
}

type Open = { route: Route; method: Route['method']; real: string; body: object | undefined }

function* oddCalls(ids: RouteIds): Generator<Odd> {
  for (const route of routes.filter((one) => !ends(one))) {
    const { method } = route
    const sent = route.body ? (sample(inputSchemaOf(route.body), '', ids.fields) as object) : {}
    const body = method === 'get' ? undefined : sent
    const open = { route, method, real: urlOf(route.path, ids), body }
    yield* inPath(open, ids)
    yield* inQuery(open)
    if (route.body) yield* inBody(open, inputSchemaOf(route.body))
  }
}

function* inPath({ route, method, body }: Open, ids: RouteIds): Generator<Odd> {
  for (const [param] of route.path.matchAll(/:\w+/g)) {
    for (const value of oddInPath) {
      const path = urlOf(route.path.replace(param, encodeURIComponent(value)), ids)
      yield { what: `${param} of ${route.path}`, method, path, body, wants: [400, 404] }
    }
  }
}

function* inQuery({ route, method, real, body }: Open): Generator<Odd> {
  for (const name of Object.keys(inputSchemaOf(route.query).properties ?? {})) {
    for (const value of oddInQuery) {
      const call = { method, path: `${real}?${name}=${encodeURIComponent(value)}`, body }
      const isBroken = name === 'cursor' && (value === 'abc' || value === '客服🙂')
      yield { what: `${name}= of ${route.path}`, ...call, ...(isBroken && { wants: [400] }) }
    }
  }
}

function* inBody({ route, method, real, body }: Open, schema: InputSchema): Generator<Odd> {
  for (const place of new Set([...places(schema)].map((one) => one.join('.')))) {
    for (const value of oddInBody) {
      const given = withOdd(body, place.split('.'), value)
      yield { what: `${place} of ${method} ${route.path}`, method, path: real, body: given }
    }
  }
}

const atOnce = 12

async function callAll(who: Asking, calls: Odd[]): Promise<string[]> {
  const faults: string[] = []
  const left = calls.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const { what, method, path, body, wants } of left) {
        const answer = await who[method](path).send(body)
        const fine = wants ? wants.includes(answer.status) : answer.status < 500
        const line = `${answer.status} ${what}: ${method} ${path} ${JSON.stringify(body)}`
        if (!fine) faults.push(line.slice(0, 300))
      }
    }),
  )
  return faults
}

void test('any value in a path, a query or a body is refused with a reason or accepted, and never answered with a 5xx', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  // without --full only every eleventh call is made. Each place gets different values than the one
  // before it, because eleven shares no factor with the lengths of the lists of values
  const every = times(11, 1)
  for (const { length } of [oddInPath, oddInQuery, oddInBody]) {
    assert.ok(every === 1 || length % every !== 0, `${length} values, every ${every}th of them`)
  }
  const all = [...oddCalls(await idsOf(house))]
  assert.ok(all.length > 5000, `${all.length} calls`)
  const calls = all.filter(({ wants }, n) => n % every === 0 || wants?.length === 1)
  const admin = as(house.admin)
  assert.deepEqual(await callAll(admin, calls), [], `of ${calls.length} calls`)
  await admin
    .get('/api/customers')
    .query({ cursor: 'abc' })
    .expect(400)
    .expect(refusal('invalid_input', 'cursor'))
  await admin.get('/api/users/abc').expect(404).expect(refusal('not_found'))
})
