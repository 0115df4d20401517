// Every route of the router's own list, with whatever does not belong there: refused with a reason, or taken, and never our fault.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Route } from '../../src/http/route.ts'
import { routes } from '../../src/http/routes.ts'
import { openHouse, password, type Actor, type House } from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { times } from '../support/full.ts'
import {
  plainFields,
  sample,
  schemaOf,
  urlOf,
  type Ids,
  type Schema,
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
/** It would end the sign-in that all calls are made with. */
const ends = (route: Route) => route.path === '/api/logout'

/** Where in a body a value stands; one level deep, and each option of a union. */
function* places(schema: Schema, path: string[] = []): Generator<string[]> {
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

/** Ids that are there, by the first word of the path and by the name of a field. */
async function idsOf(house: House): Promise<Ids> {
  await (await follower(house)).says('你好')
  const agent = await house.agent('agent1')
  const session = (await agent.call('POST', '/api/sessions/claim', {})).body
  const [line] = (await agent.call('GET', `/api/sessions/${session.id}/messages`)).body.items
  const made = async (path: string, body: object) =>
    String((await house.admin.call('POST', path, body)).body.id)
  const accountId = (await house.admin.call('GET', '/api/accounts')).body.items[0].id
  const group = await made('/api/groups', { name: '售后' })
  const company = await made('/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const text = { type: 'text', text: 'q' }
  return {
    paths: {
      sessions: session.id,
      messages: line.id,
      customers: session.customer.id,
      users: String(agent.uid),
      groups: group,
      companies: company,
      accounts: accountId,
      media: (await agent.upload(new TextEncoder().encode('%PDF-1.7'), 'a.pdf')).body.id,
      rules: (await house.admin.call('GET', '/api/rules')).body.items[0].id,
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

type Odd = { what: string; method: string; path: string; body?: unknown; wants?: number[] }

type Open = { route: Route; method: string; real: string; body: unknown }

function* oddCalls(ids: Ids): Generator<Odd> {
  for (const route of routes.filter((one) => !ends(one))) {
    const method = route.method.toUpperCase()
    const sent = route.body ? sample(schemaOf(route.body), '', ids.fields) : {}
    const body = method === 'GET' ? undefined : sent
    const open = { route, method, real: urlOf(route.path, ids), body }
    yield* inPath(open, ids)
    yield* inQuery(open)
    if (route.body) yield* inBody(open, schemaOf(route.body))
  }
}

function* inPath({ route, method, body }: Open, ids: Ids): Generator<Odd> {
  for (const [param] of route.path.matchAll(/:\w+/g)) {
    for (const value of odd.map(toWell).filter((one) => one !== '' && one !== '../..')) {
      const path = urlOf(route.path.replace(param, encodeURIComponent(value)), ids)
      yield { what: `${param} of ${route.path}`, method, path, body, wants: [400, 404] }
    }
  }
}

function* inQuery({ route, method, real, body }: Open): Generator<Odd> {
  for (const name of Object.keys(schemaOf(route.query).properties ?? {})) {
    for (const value of odd.map(toWell)) {
      const call = { method, path: `${real}?${name}=${encodeURIComponent(value)}`, body }
      const isBroken = name === 'cursor' && (value === 'abc' || value === '客服🙂')
      yield { what: `${name}= of ${route.path}`, ...call, ...(isBroken && { wants: [400] }) }
    }
  }
}

function* inBody({ route, method, real, body }: Open, schema: Schema): Generator<Odd> {
  for (const place of new Set([...places(schema)].map((one) => one.join('.')))) {
    for (const value of oddInBody) {
      const given = withOdd(body, place.split('.'), value)
      yield { what: `${place} of ${method} ${route.path}`, method, path: real, body: given }
    }
  }
}

const toWell = (value: unknown) => String(value).replace(/[\ud800-\udfff]/g, '')

const atOnce = 12

async function callAll(actor: Actor, calls: Odd[]): Promise<string[]> {
  const faults: string[] = []
  const left = calls.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const { what, method, path, body, wants } of left) {
        const answer = await actor.call(method, path, body)
        const fine = wants ? wants.includes(answer.status) : answer.status < 500
        const line = `${answer.status} ${what}: ${method} ${path} ${JSON.stringify(body)}`
        if (!fine) faults.push(line.slice(0, 300))
      }
    }),
  )
  return faults
}

void test('whatever stands in a path, a query or a body is refused with a reason or taken, and is never a 5xx', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  // neither list of values is a multiple of it: each place meets other values than the one before
  const every = times(5, 1)
  const all = [...oddCalls(await idsOf(house))]
  assert.ok(all.length > 5000, `${all.length} calls`)
  const calls = all.filter(({ wants }, n) => n % every === 0 || wants?.length === 1)
  assert.deepEqual(await callAll(house.admin, calls), [], `of ${calls.length} calls`)
  const broken = await house.admin.call('GET', '/api/customers?cursor=abc')
  assert.deepEqual([broken.status, broken.body.error.details.field], [400, 'cursor'])
  const nobody = await house.admin.call('GET', '/api/users/abc')
  assert.deepEqual([nobody.status, nobody.body.error.code], [404, 'not_found'])
})
