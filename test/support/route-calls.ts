// Generates a valid call for any route from the route's schemas. What a schema cannot tell is in a
// table below, together with who may make the call and in which state. test/api/route-calls.test.ts
// makes each of these calls.
import { z } from 'zod'
import type { Route } from '../../src/http/engine/route.ts'
import { heardOf, password } from './app.ts'

export type InputSchema = {
  type?: string
  properties?: Record<string, InputSchema>
  required?: string[]
  items?: InputSchema
  enum?: unknown[]
  const?: unknown
  anyOf?: InputSchema[]
  oneOf?: InputSchema[]
  default?: unknown
}
export const inputSchemaOf = (type: z.ZodType) =>
  z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as InputSchema

export type ValuesByName = Record<string, string>
/** Existing ids, by the word before them in a path and by the name of a field. */
export type RouteIds = { paths: ValuesByName; fields: ValuesByName }

/**
 * Makes up a value that fits the schema. Where the schema does not say enough, a known value for a
 * field of this name is taken.
 */
export function sample(schema: InputSchema, name: string, known: ValuesByName): unknown {
  const option = firstOf(schema)
  if (option) return sample(option, name, known)
  const given = schema.const ?? schema.enum?.[0] ?? known[name]
  const number = () => Number(given ?? 1)
  const samples: Record<string, () => unknown> = {
    object: () => filled(schema, known),
    array: () => [sample(schema.items ?? {}, name.replace(/s$/, ''), known)],
    boolean: () => true,
    integer: number,
    number,
  }
  return samples[String(schema.type)]?.() ?? given ?? 'words1'
}

const firstOf = ({ anyOf, oneOf }: InputSchema) => (anyOf ?? oneOf)?.[0]
const filled = ({ properties = {}, required = [] }: InputSchema, known: ValuesByName) =>
  Object.fromEntries(required.map((key) => [key, sample(properties[key] ?? {}, key, known)]))

/** Values for fields of a request whose name tells what fits, such as a password or a time. */
export const plainFields: ValuesByName = {
  id: 'f'.repeat(32),
  hashe: 'f'.repeat(64),
  from: '2026-01-01T00:00:00Z',
  to: '2026-01-02T00:00:00Z',
  username: 'somebody',
  password,
  oldPassword: 'not the old one',
  newPassword: password,
}

const wordBefore = (path: string, param: string) =>
  path
    .slice(0, path.indexOf(`/:${param}`))
    .split('/')
    .at(-1) ?? ''

export const urlOf = (path: string, { paths }: RouteIds) =>
  path
    .replace(/:id/, paths[wordBefore(path, 'id')] ?? 'f'.repeat(32))
    .replace(/:uid/, paths['users'] ?? '')
    .replace(/:name/, 'fallback')
    .replace(/:componentAppid/, paths['platform'] ?? 'wxcomponent')

/** The kind of thing that must exist for a call; stage.ts creates it. */
export type Thing =
  | 'session'
  | 'queued'
  | 'waiting'
  | 'missed'
  | 'silent'
  | 'reclaimed'
  | 'failedLine'
  | 'refusedPush'
  | 'user'
  | 'group'
  | 'company'
  | 'account'
  | 'media'
  | 'rule'
  | 'replay'
  | 'reception'
  | 'platform'
  | 'authorization'
  | 'ownReply'
  | 'sharedReply'
  | 'ownReplyGroup'
  | 'sharedReplyGroup'

/**
 * People by their relation to the session, or to the session to which the called thing belongs:
 * owner, former owner, member, exclusive agent and so on.
 */
export type Person =
  | 'stranger'
  | 'elsewhere'
  | 'former'
  | 'member'
  | 'exclusive'
  | 'owner'
  | 'supervisor'
  | 'admin'
  | 'operator'

export type Fill = {
  /** Who makes the call: a person who may. */
  by: Person
  of?: Thing
  body?: (fields: ValuesByName, fresh: string) => object
  query?: (fields: ValuesByName) => Record<string, string>
  form?: true
  /** Set if the call ends the sign-in with which it is made, so that it must be made last. */
  endsSignIn?: true
}

const text = { type: 'text', text: '您好' }
const keys = {
  appSecret: 'b'.repeat(32),
  token: 'sampletoken',
  encodingAesKey: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq',
}
const ruleCalled = (name: string) => ({
  name,
  enabled: true,
  priority: 0,
  match: { kind: 'exact', keywords: [name] },
  action: { kind: 'text', text: '好' },
})

/**
 * How to call each route that writes: who may, with what body and on which thing. `fresh` is a word
 * that no other call uses.
 */
export const fills: Record<string, Fill> = {
  'POST /api/login': { by: 'stranger', body: ({ login = '' }) => ({ username: login, password }) },
  'POST /api/logout': { by: 'stranger', endsSignIn: true },
  'POST /api/me/password': {
    by: 'stranger',
    body: () => ({ oldPassword: password, newPassword: password }),
  },
  'PUT /api/me/greeting': { by: 'stranger', body: (_, fresh) => ({ text: fresh }) },
  'PUT /api/me/presence': { by: 'stranger' },
  'POST /api/companies': {
    by: 'operator',
    body: (_, fresh) => ({ name: fresh, admin: { username: fresh, password } }),
  },
  'PATCH /api/companies/:id': {
    by: 'operator',
    of: 'company',
    body: (_, fresh) => ({ name: fresh }),
  },
  'PATCH /api/settings': { by: 'admin', body: (_, fresh) => ({ satisfactionThanks: fresh }) },
  'POST /api/accounts': {
    by: 'admin',
    body: (_, fresh) => ({ ...keys, appid: fresh, name: fresh, mode: 'plain', binding: 'direct' }),
  },
  'PATCH /api/accounts/:id': {
    by: 'admin',
    of: 'account',
    body: (_, fresh) => ({ name: fresh }),
  },
  'PUT /api/accounts/:id/identities/:uid': {
    by: 'admin',
    of: 'account',
    body: () => ({ kfAccount: null }),
  },
  'DELETE /api/accounts/:id': { by: 'admin', of: 'account' },
  'POST /api/users': {
    by: 'admin',
    body: (_, fresh) => ({ username: fresh, password, role: 'agent' }),
  },
  'PATCH /api/users/:uid': { by: 'admin', of: 'user', body: (_, fresh) => ({ name: fresh }) },
  'POST /api/groups': { by: 'admin', body: (_, fresh) => ({ name: fresh }) },
  'PATCH /api/groups/:id': { by: 'admin', of: 'group', body: (_, fresh) => ({ name: fresh }) },
  'DELETE /api/groups/:id': { by: 'admin', of: 'group' },
  'PATCH /api/customers/:id': {
    by: 'owner',
    of: 'session',
    body: (_, fresh) => ({ alias: fresh }),
  },
  'POST /api/reclaims/undo': { by: 'supervisor', of: 'reclaimed' },
  'POST /api/sessions/claim': { by: 'stranger', of: 'queued' },
  'POST /api/sessions/close': {
    by: 'owner',
    of: 'session',
    body: ({ sessionId }) => ({ ids: [sessionId] }),
  },
  'POST /api/sessions/:id/claim': { by: 'stranger', of: 'queued' },
  'POST /api/sessions/:id/accept': { by: 'owner', of: 'waiting' },
  'POST /api/sessions/:id/close': { by: 'owner', of: 'session' },
  'POST /api/sessions/:id/read': { by: 'owner', of: 'session' },
  'POST /api/sessions': { by: 'stranger', of: 'silent' },
  'POST /api/sessions/:id/transfer': {
    by: 'owner',
    of: 'session',
    body: ({ otherUid }) => ({ agentUid: Number(otherUid) }),
  },
  'POST /api/sessions/:id/takeover': { by: 'supervisor', of: 'session' },
  'POST /api/sessions/:id/members': {
    by: 'owner',
    of: 'session',
    body: ({ otherUid }) => ({ uids: [Number(otherUid)] }),
  },
  'DELETE /api/sessions/:id/members': {
    by: 'owner',
    of: 'session',
    body: ({ memberUid }) => ({ uids: [Number(memberUid)] }),
  },
  'POST /api/sessions/:id/notes': { by: 'owner', of: 'session' },
  'POST /api/sessions/:id/dismiss': { by: 'owner', of: 'missed' },
  'POST /api/sessions/:id/typing': { by: 'owner', of: 'session' },
  'POST /api/sessions/:id/grade': { by: 'supervisor', of: 'session' },
  'POST /api/sessions/:id/watch': { by: 'supervisor', of: 'session' },
  'POST /api/sessions/:id/messages': {
    by: 'owner',
    of: 'session',
    body: (_, fresh) => ({ ...text, clientMsgId: fresh }),
  },
  'POST /api/messages/:id/resend': { by: 'owner', of: 'failedLine' },
  'POST /api/messages/:id/resolve': { by: 'owner', of: 'failedLine' },
  'POST /api/media': { by: 'stranger', form: true },
  'POST /api/receptions': {
    by: 'admin',
    body: ({ accountId }, fresh) => ({ accountId, scene: fresh, name: fresh, qr: false }),
  },
  'PATCH /api/receptions/:id': {
    by: 'admin',
    of: 'reception',
    body: (_, fresh) => ({ name: fresh }),
  },
  'DELETE /api/receptions/:id': { by: 'admin', of: 'reception' },
  'POST /api/platforms': {
    by: 'operator',
    body: (_, fresh) => ({ ...keys, componentAppid: fresh }),
  },
  'PATCH /api/platforms/:componentAppid': {
    by: 'operator',
    of: 'platform',
    body: (_, fresh) => ({ token: fresh }),
  },
  'GET /wechat/platform/:componentAppid/authorize': { by: 'admin', of: 'platform' },
  'GET /wechat/platform/:componentAppid/callback': {
    by: 'stranger',
    of: 'authorization',
    query: ({ code = '', state = '' }) => ({ auth_code: code, state }),
  },
  'POST /api/quick-replies': {
    by: 'stranger',
    body: (_, fresh) => ({ title: fresh, content: text }),
  },
  'PUT /api/quick-replies/:id': {
    by: 'supervisor',
    of: 'sharedReply',
    body: (_, fresh) => ({ title: fresh, content: text }),
  },
  'DELETE /api/quick-replies/:id': { by: 'supervisor', of: 'sharedReply' },
  'POST /api/quick-replies/:id/use': { by: 'stranger', of: 'sharedReply' },
  'POST /api/quick-reply-groups': { by: 'stranger', body: (_, fresh) => ({ name: fresh }) },
  'PATCH /api/quick-reply-groups/:id': {
    by: 'supervisor',
    of: 'sharedReplyGroup',
    body: (_, fresh) => ({ name: fresh }),
  },
  'DELETE /api/quick-reply-groups/:id': { by: 'supervisor', of: 'sharedReplyGroup' },
  'POST /api/rules/unmatched/dismiss': { by: 'admin' },
  'POST /api/rules/replay': { by: 'admin' },
  'DELETE /api/rules/replay/:id': { by: 'admin', of: 'replay' },
  'POST /api/rules/import': {
    by: 'admin',
    body: (_, fresh) => ({ rules: [ruleCalled(fresh)] }),
  },
  'POST /api/rules': { by: 'admin', body: (_, fresh) => ruleCalled(fresh) },
  'POST /api/rules/test': { by: 'admin' },
  'PUT /api/rules/:id': { by: 'admin', of: 'rule', body: (_, fresh) => ruleCalled(fresh) },
  'DELETE /api/rules/:id': { by: 'admin', of: 'rule' },
  'POST /api/admin/jobs/:name/run': { by: 'admin' },
  'POST /api/pushes/refused/:id/read': { by: 'admin', of: 'refusedPush' },
}

export const operationOf = ({ method, path }: Pick<Route, 'method' | 'path'>) =>
  `${method.toUpperCase()} ${path}`
/** Whether a route writes: all methods except GET do, and so do two GET routes listed by name. */
export const writes = (route: Pick<Route, 'method' | 'path'>) =>
  route.method !== 'get' || operationOf(route) in fills

export function fillOf(route: Route): Fill {
  const known = fills[operationOf(route)]
  if (known || !writes(route)) return known ?? { by: 'operator' }
  throw new Error(
    `${operationOf(route)} writes, and nothing says how: give it a line in test/support/route-calls.ts (fills) with` +
      ' who may call it, of which thing, and what its schema cannot tell of the body.',
  )
}

export type RouteCall = {
  operation: string
  method: string
  path: string
  body?: unknown
  /** Set if the body of the call is a form with a file instead of JSON. */
  form?: true
}

let calls = 0
/** Words that are all different and fit wherever text is expected. */
export const freshWord = () => `w${(calls += 1).toString(36).padStart(6, '0')}`

export function callOf(route: Route, ids: RouteIds, fill = fillOf(route)): RouteCall {
  const query = new URLSearchParams(fill.query?.(ids.fields)).toString()
  return {
    operation: operationOf(route),
    method: route.method.toUpperCase(),
    path: urlOf(route.path, ids) + (query && `?${query}`),
    ...(fill.form && { form: true as const }),
    ...(route.method !== 'get' && !fill.form && { body: bodyOf(route, ids, fill) }),
  }
}

const bodyOf = (route: Route, ids: RouteIds, { body }: Fill): unknown =>
  body?.(ids.fields, freshWord()) ??
  (route.body ? sample(inputSchemaOf(route.body), '', ids.fields) : {})

export type RouteAnswer = { status: number; body: any; location: string | null }

/** Makes the call; without a sign-in if the token is null. */
export async function send(
  url: string,
  token: string | null,
  { method, path, body, form }: RouteCall,
): Promise<RouteAnswer> {
  const file = new FormData()
  file.append('file', new Blob([`%PDF-1.7 ${freshWord()}`]), 'a.pdf')
  const answer = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token !== null && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(form && { body: file }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const heard = await heardOf({ method, url: answer.url }, answer)
  return { ...heard, location: answer.headers.get('location') }
}
