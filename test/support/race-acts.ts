// For each route that writes: what it changes, in which variants it is called in a race, and what
// must be true afterwards unless it was refused.
import type { Route } from '../../src/http/engine/route.ts'
import { account, password } from './app.ts'
import type { Answered, Schema } from './route-calls.ts'
import { callOf, fillOf, freshWord, operationOf, schemaOf } from './route-calls.ts'
import {
  fire,
  minute,
  day,
  ok,
  push,
  type Scene,
  type State,
  type Who,
  callTo,
} from './race-stage.ts'

/** Kinds of rows that several routes write. */
const kindsByPath = {
  '/api/rules/replay': 'replay',
  '/api/rules/unmatched': 'question',
  '/api/rules': 'rule',
  '/api/sessions': 'session',
  '/api/messages': 'session',
  '/api/customers': 'session',
  '/api/reclaims': 'session',
  '/api/admin/jobs': 'session',
  '/api/users': 'person',
  '/api/me': 'person',
  '/api/login': 'person',
  '/api/logout': 'person',
  '/api/accounts': 'account',
  '/api/companies': 'company',
  '/api/settings': 'company',
  '/api/groups': 'group',
  '/api/quick-reply-groups': 'reply group',
  '/api/quick-replies': 'reply',
  '/api/receptions': 'reception',
  '/api/platforms': 'platform',
  '/wechat/platform': 'platform',
  '/api/media': 'file',
  '/api/pushes/refused': 'refused push',
} as const
export type Kind = (typeof kindsByPath)[keyof typeof kindsByPath]

/**
 * A fact that must be true after a successful call. If two calls claim different facts about the
 * same thing, either may be true.
 */
export type Claim = { of: string; want: unknown; get: () => Promise<unknown> }
/** `rights`: what the owner may do and has, except their sign-in. */
type Spoils = 'account' | 'owner' | 'other' | 'company' | 'rights' | 'settings' | 'replay'

export type Act = {
  name: string
  operation: string
  kinds: Kind[]
  from?: State
  call: (scene: Scene, n: number) => Promise<Answered>
  claims?: (scene: Scene, answer: Answered, n: number) => Claim[]
  /** Claims about things with these names are no longer valid after the call. */
  undoes?: (scene: Scene) => string[]
  /** Two calls with the same value compete for one thing, and only one of them gets it. */
  unique?: string
  spoils?: Spoils[]
  /** The call ends the person's sign-ins. */
  endsLogins?: true
  /** Prepares the company before the race. */
  before?: (scene: Scene) => Promise<void>
}
type Way = Partial<Omit<Act, 'operation' | 'call'>> & {
  by?: Who
  body?: (scene: Scene, n: number) => object
  make?: Act['call']
}

const who: Record<string, Who> = {
  owner: 'owner',
  stranger: 'other',
  supervisor: 'chief',
  admin: 'boss',
  operator: 'operator',
}
const states: Record<string, State> = {
  session: 'active',
  queued: 'queued',
  waiting: 'waiting',
  missed: 'missed',
  silent: 'silent',
  reclaimed: 'reclaimed',
  failedLine: 'failedLine',
}

const at = (scene: Scene, things: string, more = '') =>
  `/api/${things}/${scene.ids.paths[things] ?? ''}${more}`
const sessionAt = (scene: Scene, more = '') => at(scene, 'sessions', more)
const read = async (scene: Scene, path: string, by: Who = 'boss') => {
  const { status, body } = await scene.ask(by, `GET ${path}`)
  return status === 200 ? body : null
}
const row = async (scene: Scene, query: string, values: (string | number)[]) =>
  (await scene.house.rows<Record<string, unknown>>(query, values))[0] ?? null

/** The accepted line exists exactly once. */
const lineThere = (scene: Scene, answer: Answered): Claim[] => {
  const { id } = answer.body.message as { id: string }
  return [
    {
      of: `line ${id}`,
      want: 1,
      get: async () =>
        Number(
          (await row(scene, 'select count(*) as n from message_data where message_id = ?', [id]))?.[
            'n'
          ],
        ),
    },
  ]
}

/** If the caller was told that the session is theirs, the ledger says so too. */
const told = (scene: Scene, { body }: Answered): Claim[] => [
  {
    of: `ledger of ${body.id} with fence ${body.fence}`,
    want: body.agentUid,
    get: async () =>
      (
        await row(scene, 'select uid from session_ledger where session_id = ? and fence = ?', [
          body.id,
          body.fence,
        ])
      )?.['uid'] ?? null,
  },
]

const ended = (scene: Scene): Claim[] => [
  {
    of: 'the session is open',
    want: null,
    get: async () =>
      (
        await row(scene, 'select open_key from message_session where session_id = ?', [
          scene.ids.paths['sessions'] ?? '',
        ])
      )?.['open_key'],
  },
]

const personAt = (scene: Scene) => at(scene, 'users')
const fieldsOf = (
  answers: object,
  path: string,
  get: () => Promise<Record<string, unknown> | null>,
): Claim[] =>
  Object.entries(answers).map(([name, want]) => ({
    of: `${path}#${name}`,
    want,
    get: async () => (await get())?.[name],
  }))

/** Something that is found in a list or at its own address. */
type Place = { list: string; id: string | number; by?: Who | undefined }
const thereAt = (scene: Scene, { list, id, by = 'boss' }: Place): Claim => ({
  of: `${list}/${id}#there`,
  want: true,
  get: async () => {
    const alone = await scene.ask(by, `GET ${list}/${id}`)
    if (alone.status === 200) return true
    const all = await read(scene, `${list}?limit=200`, by)
    return (
      all?.items.some(
        (one: { id?: unknown; componentAppid?: unknown }) =>
          one.id === id || one.componentAppid === id,
      ) ?? false
    )
  },
})
const made =
  (list: string, by: Who = 'boss', key = 'id') =>
  (scene: Scene, { body }: Answered): Claim[] => [
    thereAt(scene, { list, id: body[key] as string, by }),
  ]
const gone =
  (things: string) =>
  (scene: Scene): Claim[] => [
    { ...thereAt(scene, { list: `/api/${things}`, id: idIn(scene, things) }), want: false },
  ]
const idIn = (scene: Scene, things: string): string | number => {
  const id = scene.ids.paths[things] ?? ''
  return things === 'groups' ? Number(id) : id
}
const undoes = (things: string) => (scene: Scene) => [at(scene, things)]

const presenceOf = (want: string) => (scene: Scene) => [
  {
    of: 'presence',
    want,
    get: async () =>
      (await row(scene, 'select presence from user where uid = ?', [scene.people.owner.uid]))?.[
        'presence'
      ],
  },
]

const rule = (name: string, more: object = {}) => ({
  name,
  enabled: true,
  priority: 0,
  match: { kind: 'exact', keywords: [name] },
  action: { kind: 'text', text: name },
  ...more,
})
const ruleFor = (scene: Scene, n: number) =>
  rule(`${scene.word}${n}`, n === 0 ? {} : { priority: n, enabled: false })
const wholeRule = (scene: Scene, n: number): Claim[] => {
  const { name, priority, enabled } = ruleFor(scene, n)
  const pick = (body: any) => [body?.name, body?.priority, body?.enabled]
  return [
    {
      of: `${at(scene, 'rules')}#whole`,
      want: [name, priority, enabled],
      get: async () => pick(await read(scene, at(scene, 'rules'))),
    },
  ]
}
const toGroup = (scene: Scene) => Number(scene.ids.paths['groups'])
const reply = (n: number) => ({ title: `t${n}`, content: { type: 'text', text: `c${n}` } })
const wholeReply = (scene: Scene, n: number): Claim[] => [
  {
    of: `${at(scene, 'quick-replies')}#whole`,
    want: [reply(n).title, reply(n).content.text],
    get: async () => {
      const body = await read(scene, at(scene, 'quick-replies'))
      return [body?.title, body?.content.text]
    },
  },
]

/** A new text or scan by a follower. It is always answered 200. */
const pushed = (scene: Scene, text: string): Claim[] => [
  {
    of: `line ${text}`,
    want: 1,
    get: async () =>
      Number(
        (await row(scene, 'select count(*) as n from message_data where text = ?', [text]))?.['n'],
      ),
  },
]

const keys = {
  appSecret: account.appSecret,
  token: 'racetoken',
  encodingAesKey: account.encodingAesKey,
}
const taken = (name: string) => (scene: Scene, n: number) => ({
  username: `${name}${scene.word}`,
  password,
  role: 'agent',
  name: `n${n}`,
})

/** Further variants of calls, where the one in route-calls.ts is not enough. */
const ways: Record<string, Way[]> = {
  'POST /api/login': [
    {
      body: ({ people }) => ({ username: people.owner.username, password }),
      claims: (scene, { body }) => [
        {
          of: 'its sign-in holds',
          want: 200,
          get: async () => {
            const call = callTo('GET /api/me')
            const people = {
              ...scene.people,
              owner: { ...scene.people.owner, token: body.token as string },
            }
            return (await fire({ ...scene, people }, 1, { by: 'owner', call })).status
          },
        },
      ],
    },
  ],
  'POST /api/logout': [{ undoes: () => ['presence'], spoils: ['owner'] }],
  'POST /api/me/password': [
    {
      body: (_, n) => ({ oldPassword: password, newPassword: `a wholly new one ${n}` }),
      endsLogins: true,
      spoils: ['owner'],
    },
  ],
  'PUT /api/me/greeting': [
    {
      body: (_, n) => ({ text: `您好${n}` }),
      claims: (scene, _, n) => [
        {
          of: 'greeting',
          want: `您好${n}`,
          get: async () =>
            (
              await row(scene, 'select greeting from user where uid = ?', [scene.people.owner.uid])
            )?.['greeting'],
        },
      ],
    },
  ],
  'PUT /api/me/presence': [
    { kinds: ['session'], body: () => ({ status: 'away' }), claims: presenceOf('away') },
  ],
  'POST /api/companies': [
    {
      unique: 'name',
      kinds: ['person'],
      body: ({ word }) => ({ name: word, admin: { username: `name${word}`, password } }),
      claims: made('/api/companies', 'operator'),
    },
  ],
  'PATCH /api/companies/:id': [
    {
      name: 'disable',
      body: () => ({ enabled: false }),
      kinds: ['person', 'session'],
      endsLogins: true,
      spoils: ['company', 'owner', 'other', 'settings'],
    },
  ],

  'POST /api/accounts': [
    {
      unique: 'appid',
      kinds: ['company'],
      body: ({ word }, n) => ({ ...keys, appid: `wx${word}`, name: `n${n}`, mode: 'plain' }),
      claims: made('/api/accounts'),
    },
  ],
  'PATCH /api/accounts/:id': [
    {
      name: 'unbind',
      kinds: ['session'],
      body: () => ({ binding: 'unbound' }),
      spoils: ['account'],
    },
  ],
  'PUT /api/accounts/:id/identities/:uid': [
    {
      kinds: ['person'],
      body: ({ word, account: { appid } }, n) => ({
        kfAccount: `r${word.slice(-4)}${n}@gh_${appid}`,
        nickname: `n${n}`,
      }),
      claims: (scene, { body }) => [
        {
          of: 'the name followers see',
          want: true,
          get: async () => {
            const all = (await read(scene, at(scene, 'accounts', '/identities'))).items
            const { uid } = scene.people.owner
            const now = all.find((one: any) => one.uid === uid)?.kfAccount
            const mine = body.items.find((one: any) => one.uid === uid)?.kfAccount
            return now === mine || typeof now === 'string'
          },
        },
      ],
      undoes: () => [],
    },
  ],
  'DELETE /api/accounts/:id': [
    {
      kinds: ['session', 'reception', 'company'],
      claims: gone('accounts'),
      undoes: (scene) => [at(scene, 'accounts'), 'the name followers see', 'person accounts'],
      spoils: ['account', 'owner', 'other'],
    },
  ],
  'POST /api/users': [
    { unique: 'name', kinds: ['company', 'account'], body: taken('name') },
    { name: 'into the group', kinds: ['group'], body: (scene) => inGroup(scene) },
  ],
  'PATCH /api/users/:uid': [
    {
      name: 'disable',
      kinds: ['session', 'company', 'group'],
      body: () => ({ enabled: false, sessionsTo: 'queue' }),
      claims: (scene) => [
        ...fieldsOf({ enabled: false }, personAt(scene), () => read(scene, personAt(scene))),
      ],
      undoes: () => ['presence'],
      endsLogins: true,
      spoils: ['owner'],
    },
    {
      name: 'disable the other',
      kinds: ['session'],
      make: ({ ask, people }) =>
        ask('boss', `PATCH /api/users/${people.other.uid}`, {
          enabled: false,
          sessionsTo: people.owner.uid,
        }),
      spoils: ['other'],
    },
    {
      name: 'new password',
      body: () => ({ password: 'a wholly new one' }),
      endsLogins: true,
      undoes: () => ['presence'],
      spoils: ['owner'],
    },
    {
      name: 'take the account away',
      kinds: ['session'],
      body: () => ({ accountIds: [] }),
      spoils: ['rights'],
    },
    {
      name: 'a name that others want',
      unique: 'name',
      body: ({ word }) => ({ username: `name${word}` }),
      spoils: ['rights'],
    },
  ],
  'POST /api/groups': [
    {
      body: (scene, n) => ({ name: `g${n}`, parentId: toGroup(scene) }),
      claims: made('/api/groups'),
    },
  ],
  'DELETE /api/groups/:id': [
    {
      kinds: ['session', 'person', 'reception', 'rule', 'company'],
      claims: gone('groups'),
      undoes: (scene) => [at(scene, 'groups'), 'names the group'],
    },
  ],
  'PATCH /api/groups/:id': [{ kinds: ['person'] }],
  'POST /api/reclaims/undo': [{}],
  'POST /api/sessions/claim': [
    { claims: (scene, answer) => (answer.status === 200 ? told(scene, answer) : []) },
    {
      name: 'with room for one',
      by: 'small',
      claims: (scene, answer) => (answer.status === 200 ? told(scene, answer) : []),
    },
  ],
  'POST /api/sessions/:id/claim': [
    { claims: told },
    { name: 'by the owner', by: 'owner', claims: told },
    { name: 'with room for one', by: 'small', claims: told },
    {
      name: 'another, with room for one',
      from: 'queued',
      make: async (scene, n) => {
        const path = `/api/sessions/${scene.beside?.sessionId ?? ''}/claim`
        return fire(scene, n, { by: 'small', call: callTo(`POST ${path}`, {}) })
      },
      claims: told,
    },
  ],
  'POST /api/sessions/:id/accept': [{ claims: told }],
  'POST /api/sessions/:id/close': [
    { claims: ended },
    { name: 'by a supervisor', by: 'chief', from: 'queued', claims: ended },
    { name: 'dropping what waits', body: () => ({ pending: 'drop' }), claims: ended },
  ],
  'POST /api/sessions': [{ claims: told }, { name: 'by the owner', by: 'owner', claims: told }],
  'POST /api/sessions/:id/transfer': [
    { claims: told, body: ({ people }) => ({ agentUid: people.other.uid, note: '请接' }) },
    {
      name: 'to the group',
      kinds: ['group'],
      body: (scene) => ({ groupId: toGroup(scene) }),
      claims: told,
    },
    {
      name: 'to somebody with room for one',
      body: ({ people }) => ({ agentUid: people.small.uid }),
      claims: told,
    },
  ],
  'POST /api/sessions/:id/takeover': [{ claims: told }],
  'POST /api/sessions/:id/members': [
    { body: ({ people }) => ({ uids: [people.other.uid] }) },
    { name: 'another', from: 'group', body: ({ people }) => ({ uids: [people.small.uid] }) },
  ],
  'DELETE /api/sessions/:id/members': [
    { from: 'group', body: ({ people }) => ({ uids: [people.other.uid] }) },
    {
      name: 'leave',
      by: 'other',
      from: 'group',
      body: ({ people }) => ({ uids: [people.other.uid] }),
    },
  ],
  'POST /api/sessions/:id/notes': [
    { claims: lineThere },
    {
      name: 'with a key',
      body: ({ word }) => ({ text: '记', clientMsgId: word }),
      claims: lineThere,
    },
  ],
  'POST /api/sessions/:id/dismiss': [{}],
  'POST /api/sessions/:id/grade': [
    {
      body: (_, n) => ({ grade: 1 + n, text: `g${n}` }),
      claims: (scene, _, n) => [
        {
          of: 'grade',
          want: [1 + n, `g${n}`],
          get: async () => {
            const { grade } = await read(scene, sessionAt(scene))
            return [grade?.grade, grade?.text]
          },
        },
      ],
    },
  ],
  'POST /api/sessions/:id/watch': [
    {
      claims: (scene, { body }) => [
        {
          of: 'watched',
          want: true,
          get: async () => {
            const query = 'select watched_until from message_session where session_id = ?'
            const seen = await row(scene, query, [scene.ids.paths['sessions'] ?? ''])
            return Number(seen?.['watched_until']) >= Date.parse(body.until as string)
          },
        },
      ],
    },
  ],
  'POST /api/sessions/:id/messages': [
    { claims: lineThere },
    {
      name: 'with a key',
      body: ({ word }) => ({ clientMsgId: word, type: 'text', text: '一次' }),
      claims: lineThere,
    },
    { name: 'by a member', by: 'other', from: 'group', claims: lineThere },
  ],
  'POST /api/messages/:id/resend': [{ claims: lineThere }],
  'POST /api/messages/:id/resolve': [{ body: (_, n) => ({ delivered: n === 0 }) }],
  'POST /api/media': [{}],
  'POST /api/receptions': [
    {
      unique: 'scene',
      kinds: ['account'],
      body: ({ word, account: { id: accountId } }, n) => ({
        accountId,
        scene: `s${word}`,
        name: `n${n}`,
        qr: false,
      }),
      claims: made('/api/receptions'),
    },
    {
      name: 'for the group',
      kinds: ['group'],
      body: (scene, n) => ({
        accountId: scene.account.id,
        scene: `g${n}${scene.word}`,
        name: 'n',
        qr: false,
        kind: 'group',
        groupId: toGroup(scene),
      }),
      claims: made('/api/receptions'),
    },
  ],
  'PATCH /api/receptions/:id': [
    {
      name: 'to the group',
      kinds: ['group'],
      body: (scene) => ({ kind: 'group', groupId: toGroup(scene) }),
    },
  ],
  'DELETE /api/receptions/:id': [{ claims: gone('receptions'), undoes: undoes('receptions') }],
  'POST /api/platforms': [
    {
      unique: 'platform',
      body: ({ word }) => ({ ...keys, componentAppid: `wx${word}` }),
      claims: made('/api/platforms', 'operator', 'componentAppid'),
    },
  ],
  'POST /api/quick-replies': [
    {
      kinds: ['reply group'],
      by: 'chief',
      body: ({ ids }, n) => ({
        ...reply(n),
        scope: 'shared',
        groupId: ids.paths['quick-reply-groups'],
      }),
      claims: made('/api/quick-replies'),
    },
  ],
  'PUT /api/quick-replies/:id': [
    { body: (_, n) => reply(n), claims: (scene, _, n) => wholeReply(scene, n) },
    {
      name: 'into the group',
      kinds: ['reply group'],
      body: ({ ids }, n) => ({ ...reply(n), groupId: ids.paths['quick-reply-groups'] }),
      claims: (scene, _, n) => wholeReply(scene, n),
    },
  ],
  'DELETE /api/quick-replies/:id': [
    { claims: gone('quick-replies'), undoes: undoes('quick-replies') },
  ],
  'POST /api/quick-replies/:id/use': [{}],
  'POST /api/quick-reply-groups': [
    { by: 'chief', body: (_, n) => ({ name: `g${n}`, scope: 'shared' }) },
  ],
  'DELETE /api/quick-reply-groups/:id': [
    {
      kinds: ['reply'],
      claims: gone('quick-reply-groups'),
      undoes: undoes('quick-reply-groups'),
    },
  ],
  'POST /api/rules': [
    { body: (scene, n) => ruleFor(scene, n), claims: made('/api/rules') },
    {
      name: 'for the group',
      kinds: ['group'],
      body: (scene, n) => rule(`g${n}`, { action: { kind: 'group', groupId: toGroup(scene) } }),
      claims: made('/api/rules'),
    },
  ],
  'PUT /api/rules/:id': [
    { body: (scene, n) => ruleFor(scene, n), claims: (scene, _, n) => wholeRule(scene, n) },
    {
      name: 'to the group',
      kinds: ['group'],
      body: (scene) => rule('g', { action: { kind: 'group', groupId: toGroup(scene) } }),
      undoes: (scene) => [at(scene, 'rules', '#whole')],
    },
  ],
  'DELETE /api/rules/:id': [{ claims: gone('rules'), undoes: undoes('rules') }],
  'POST /api/rules/import': [
    {
      body: (scene, n) => ({ rules: [{ ...ruleFor(scene, n), id: scene.ids.paths['rules'] }] }),
      undoes: (scene) => [at(scene, 'rules', '#whole')],
    },
    {
      name: 'instead of all',
      kinds: ['group'],
      body: (scene) => ({
        mode: 'replace',
        rules: [rule('all', { action: { kind: 'group', groupId: toGroup(scene) } })],
      }),
      undoes: () => ['/api/rules'],
    },
  ],
  'POST /api/rules/replay': [
    {
      kinds: ['rule'],
      spoils: ['replay'],
      body: () => ({ rules: [], from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }),
    },
  ],
}

const inGroup = (scene: Scene) => ({
  username: freshWord(),
  password,
  role: 'agent',
  groupIds: [toGroup(scene)],
})

/** Routes that look like writing but change no row. */
const readsOnly = new Set(['POST /api/rules/test'])
/** Fields that the API never returns. */
const unseen = new Set(['appSecret', 'token', 'encodingAesKey', 'password'])
/** Fields that are raced in a special way above, or that cannot be read back. */
const elsewhere: Record<string, string[]> = {
  'PATCH /api/users/:uid': ['username', 'password', 'enabled', 'sessionsTo'],
  'PATCH /api/companies/:id': ['enabled'],
  'PATCH /api/accounts/:id': [
    'binding',
    'mode',
    'allowedOrigins',
    'encodingAesKey',
    'appSecret',
    'token',
  ],
  'PATCH /api/receptions/:id': ['kind', 'uid', 'groupId'],
  'PATCH /api/settings': ['accounts'],
  // whoever takes the session also becomes the exclusive agent
  'PATCH /api/customers/:id': ['exclusiveAgentUid'],
}
/** What these fields change in addition to the route's own rows. */
const fieldsTouch: Record<string, Pick<Way, 'kinds' | 'spoils'>> = {
  'PATCH /api/settings': { kinds: ['group', 'session'], spoils: ['settings'] },
  'PATCH /api/users/:uid': { kinds: ['group', 'session'], spoils: ['rights'] },
  'PATCH /api/accounts/:id': { kinds: ['session'] },
}
/** Two values for each field whose schema does not offer any. */
const values: Record<string, (scene: Scene) => [unknown, unknown]> = {
  tags: () => [['一'], ['二']],
  expiresAt: () => ['2100-01-01T00:00:00.000Z', '2200-01-01T00:00:00.000Z'],
  maxAgents: () => [100, 200],
  maxAccounts: () => [100, 200],
  parentId: (scene) => [Number(scene.ids.fields['parentId']), null],
  groupIds: (scene) => [[toGroup(scene)], []],
  deputyUids: ({ people }) => [[people.other.uid], [people.chief.uid]],
  accountIds: ({ account: { id } }) => [[id], [id]],
  hours: () => [null, null],
  originalId: () => ['gh_one', 'gh_two'],
  token: () => ['onetoken', 'twotoken'],
  appSecret: () => ['a'.repeat(32), 'b'.repeat(32)],
  encodingAesKey: () => ['A'.repeat(43), 'B'.repeat(43)],
  replyText: () => ['one', 'two'],
  type: () => [1, 2],
  capacity: () => [800, 900],
  groups: (scene) => [
    { [toGroup(scene)]: { sessionRule: 'grab' } },
    { [toGroup(scene)]: { sessionRule: 'even' } },
  ],
}
/** Fields whose value is reported together with others. */
const dependsOnGroup = new Set(['groupIds', 'groups'])

type Field = { name: string; schema: Schema }
function valuesOf(scene: Scene, operation: string, { name, schema }: Field): unknown[] {
  const known = values[name]?.(scene)
  if (known) return known
  if (schema.type === 'boolean') return [true, false]
  if (schema.enum) return schema.enum.slice(0, 2)
  if (schema.type === 'integer') {
    const least = Math.max((schema as { minimum?: number }).minimum ?? 0, 1)
    return [least, least + 1]
  }
  if (schema.type === 'string') return ['one', 'two']
  throw new Error(
    `${operation} has a field ${name}: give it two values in test/support/race-acts.ts (values), or say in elsewhere how it is raced.`,
  )
}

/** For a body whose fields are independent: a variant with one field, and one with two. */
function byField(route: Route): Way | null {
  const operation = operationOf(route)
  const { properties }: Schema = route.body ? schemaOf(route.body) : {}
  if (route.method !== 'patch' || !properties) return null
  const names = Object.keys(properties).filter((name) => !elsewhere[operation]?.includes(name))
  const sent = new Map<string, Record<string, unknown>>()
  return {
    name: 'by field',
    ...fieldsTouch[operation],
    body: (scene, n) => {
      const name = scene.draw.one(names)
      const field = { name, schema: properties[name] ?? {} }
      const body = { [name]: valuesOf(scene, operation, field)[n % 2] }
      sent.set(`${scene.word}${n}`, body)
      return body
    },
    claims: (scene, _, n) => {
      const body = sent.get(`${scene.word}${n}`) ?? {}
      const seen = Object.entries(body).filter(([name]) => !unseen.has(name))
      const path = pathOf(route, scene)
      return fieldsOf(Object.fromEntries(seen), path, () => whole(scene, path)).map((claim) =>
        [...dependsOnGroup].some((name) => claim.of.endsWith(`#${name}`))
          ? { ...claim, of: `names the group: ${claim.of}` }
          : claim,
      )
    },
  }
}

const pathOf = (route: Route, scene: Scene) =>
  callOf(route, scene.ids, { by: 'admin', body: () => ({}) }).path

async function whole(scene: Scene, path: string): Promise<Record<string, unknown> | null> {
  const by = /companies|platforms/.test(path) ? 'operator' : 'boss'
  const alone = await read(scene, path, by)
  if (alone) return alone
  const list = path.slice(0, path.lastIndexOf('/'))
  const id = path.slice(path.lastIndexOf('/') + 1)
  const items = (await read(scene, `${list}?limit=200`, by))?.items ?? []
  return items.find((one: { id?: unknown }) => String(one.id) === id) ?? null
}

export function kindOf(path: string): Kind {
  const found = Object.entries(kindsByPath).find(([begin]) => path.startsWith(begin))
  if (found) return found[1]
  throw new Error(
    `${path} writes, and nothing says what: name its rows in test/support/race-acts.ts (kindsByPath), and its ways there if one call is` +
      ' not enough.',
  )
}

/** All variants of all routes that write. */
export function actsOf(routes: Route[], jobs: string[]): Act[] {
  const all = routes.flatMap((route): Act[] => {
    const operation = operationOf(route)
    if (readsOnly.has(operation)) return []
    if (operation === 'POST /api/admin/jobs/:name/run') return jobs.map(jobAct)
    const fields = byField(route)
    const mine = [...(ways[operation] ?? (fields ? [] : [{}])), ...(fields ? [fields] : [])]
    return mine.map((way) => actOf(route, way))
  })
  return [...all, ...pushActs]
}

/** A person's own things are changed by their owner, everything else by those who may. */
const whoCalls = (of: Kind, by: string): Who =>
  of === 'person' && by === 'stranger' ? 'owner' : (who[by] ?? 'boss')

function actOf(route: Route, way: Way): Act {
  const operation = operationOf(route)
  const fill = fillOf(route)
  const of = kindOf(route.path)
  const from = way.from ?? states[fill.of ?? '']
  const by = way.by ?? whoCalls(of, fill.by)
  const { name, kinds = [], body, make, ...rest } = way
  return {
    ...rest,
    name: name ? `${operation} (${name})` : operation,
    operation,
    kinds: [of, ...kinds],
    ...(from && { from }),
    call:
      make ??
      ((scene, n) => {
        const filled = { ...fill, ...(body && { body: () => body(scene, n) }) }
        return fire(scene, n, { by, call: callOf(route, scene.ids, filled) })
      }),
  }
}

const dueIn: Record<string, number> = { reclaim: day + minute }
const jobAct = (name: string): Act => ({
  name: `job ${name}`,
  operation: 'POST /api/admin/jobs/:name/run',
  kinds: ['session'],
  call: (scene, n) => {
    const path = `/api/admin/jobs/${name}/run`
    return fire(scene, n, { by: 'boss', call: callTo(`POST ${path}`, {}) })
  },
})
export const isJob = ({ name }: Act) => name.startsWith('job ')
/** How far the clock is moved before the call. */
export const dueAfter = ({ name }: Act) => dueIn[name.slice('job '.length)] ?? 2 * minute

const pushActs: Act[] = [
  {
    name: 'push (text)',
    operation: 'push',
    kinds: ['session', 'account', 'company', 'rule'],
    from: 'active',
    call: (scene, n) => push(scene, { openid: scene.openid, text: `话${scene.word}${n}` }, n),
    claims: (scene, _, n) => pushed(scene, `话${scene.word}${n}`),
  },
  {
    name: 'push (unsubscribe)',
    operation: 'push',
    kinds: ['session'],
    from: 'active',
    call: (scene, n) => push(scene, { openid: scene.openid, event: 'unsubscribe', key: '' }, n),
  },
  {
    name: 'push (scan)',
    operation: 'push',
    kinds: ['session', 'reception'],
    from: 'active',
    call: (scene, n) =>
      push(scene, { openid: scene.openid, event: 'SCAN', key: scene.ids.fields['scene'] ?? '' }, n),
  },
]

/** Creates what the calls of a race are about, and nothing more. */
export const makers: Partial<Record<Kind, (scene: Scene) => Promise<void>>> = {
  group: async (scene) => {
    const { ask, people, ids } = scene
    const above = ok(await ask('boss', 'POST /api/groups', { name: 'above' }))
    const group = ok(await ask('boss', 'POST /api/groups', { name: 'group' }))
    ids.fields['parentId'] = String(above.id)
    ids.paths['groups'] = ids.fields['groupId'] = String(group.id)
    ok(await ask('boss', `PATCH /api/users/${people.other.uid}`, { groupIds: [group.id] }))
  },
  rule: async ({ ask, ids }) => {
    ids.paths['rules'] = ok(await ask('boss', 'POST /api/rules', rule('before'))).id
  },
  reply: async ({ ask, ids }) => {
    const body = { ...reply(9), scope: 'shared' }
    ids.paths['quick-replies'] = ok(await ask('chief', 'POST /api/quick-replies', body)).id
  },
  'reply group': async ({ ask, ids }) => {
    const body = { name: 'before', scope: 'shared' }
    ids.paths['quick-reply-groups'] = ok(
      await ask('chief', 'POST /api/quick-reply-groups', body),
    ).id
  },
  reception: async ({ ask, ids, account: { id: accountId }, word }) => {
    const scene = `c${word}`
    const body = { accountId, scene, name: 'before', qr: false }
    ids.fields['scene'] = scene
    ids.paths['receptions'] = ok(await ask('boss', 'POST /api/receptions', body)).id
  },
  platform: async ({ ask, ids, word }) => {
    const body = { ...keys, componentAppid: `wxp${word}` }
    ids.paths['platform'] = ok(await ask('operator', 'POST /api/platforms', body)).componentAppid
  },
}
