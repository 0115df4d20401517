// A company whose people have every possible relation to a customer. It can create another of any
// thing that a route names, as often as needed.
import assert from 'node:assert/strict'
import {
  openHouse,
  password,
  post,
  signIn,
  type Actor,
  type House,
  type HouseOptions,
} from './app.ts'
import { eventually } from './eventually.ts'
import { follower } from './follower.ts'
import { refuseLines } from './obstacles.ts'
import {
  callOf,
  fillOf,
  freshWord,
  plainFields,
  type RouteIds,
  type ValuesByName,
  type Person,
  type RouteCall,
  type Thing,
} from './route-calls.ts'
import { accountOf, later, presence, runJob } from './seen.ts'
import type { Route } from '../../src/http/engine/route.ts'

const day = 24 * 3600_000

export type Stage = {
  house: House
  people: Record<Person, Actor>
  /**
   * Returns the ids that always exist and, if a kind of thing is named, those of a new thing of
   * this kind.
   */
  idsOf: (thing?: Thing) => Promise<RouteIds>
  /** Prepares a call of the route by a person who may make it, on a thing created for it. */
  prepare: (route: Route) => Promise<{ by: Person; call: RouteCall }>
}

export type StageOptions = HouseOptions & {
  /**
   * How many missed sessions the tests of a stage need. They are created once, by moving the clock.
   */
  missed?: number
  reclaimed?: number
  /**
   * Groups within groups, where nobody serves more than necessary: queued sessions wait for the
   * inner group, whose people serve one account.
   */
  nested?: boolean
}

const staff: Record<Exclude<Person, 'operator'>, object> = {
  stranger: {},
  elsewhere: {},
  former: {},
  member: {},
  exclusive: {},
  owner: {},
  supervisor: { role: 'supervisor' },
  admin: { role: 'admin' },
}
/**
 * The sign-in name of a person. The operator, who is an admin of the same company, is called admin
 * already, so the person called `admin` here has another name.
 */
export const usernameOf = (person: string) => (person === 'admin' ? 'manager' : person)

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const house = await openHouse({
    withoutCron: true,
    ...options,
    settings: { PUBLIC_URL: 'https://desk.example.com', ...options.settings },
  })
  try {
    return await prepareStage(house, options)
  } catch (error) {
    await house.close()
    throw error
  }
}

async function prepareStage(house: House, options: StageOptions): Promise<Stage> {
  house.announce({ refused: true, logs: ['a reply did not simply arrive'] })
  await refuseLines(house, 'poison')
  const other = await made(house.admin, '/api/accounts', {
    kind: 'web',
    name: 'elsewhere',
    allowedOrigins: [],
  })
  const placeOf = await placing(house, { elsewhere: other.id, nested: options.nested ?? false })
  for (const [person, about] of Object.entries({ ...staff, other: {} })) {
    await made(house.admin, '/api/users', {
      username: usernameOf(person),
      password,
      role: 'agent',
      capacity: 10_000,
      ...placeOf(person),
      ...about,
    })
  }
  const stock = await timePasses(house, options)
  const people = await signInAll(house)
  const fixed = await fixedFields(house)
  const inner = options.nested ? Number(placeOf('owner').groupIds?.[0]) : null
  const at = { house, people, fixed, stock, inner }
  const idsOf = async (thing?: Thing): Promise<RouteIds> => {
    const { paths = {}, fields = {} } = thing ? await makers[thing](at) : {}
    return { paths: { users: fixed['uid'] ?? '', ...paths }, fields: { ...fixed, ...fields } }
  }
  return {
    house,
    people,
    idsOf,
    prepare: async (route) => {
      const { by, of } = fillOf(route)
      return { by, call: callOf(route, await idsOf(of)) }
    },
  }
}

type ServedPlaces = { accountIds?: string[]; groupIds?: number[] }

/**
 * Which accounts and groups each person serves. With `nested`, the person called `elsewhere`
 * belongs only to the outer group, and must get no right to sessions that wait for the inner one.
 */
async function placing(
  house: House,
  { elsewhere, nested }: { elsewhere: string; nested: boolean },
): Promise<(person: string) => ServedPlaces> {
  if (!nested) return (person) => (person === 'elsewhere' ? { accountIds: [elsewhere] } : {})
  const groupIn = async (parentId: number | null): Promise<number> =>
    (await made(house.admin, '/api/groups', { name: freshWord(), parentId })).id
  const outer = await groupIn(null)
  const inner = await groupIn(outer)
  const accountIds = [await accountOf(house)]
  await done(house.admin.call('PATCH', `/api/users/${house.admin.uid}`, { groupIds: [inner] }))
  return (person) => ({ accountIds, groupIds: [person === 'elsewhere' ? outer : inner] })
}

async function made(actor: Actor, path: string, body: object): Promise<any> {
  const answer = await actor.call('POST', path, body)
  assert.equal(answer.status, 201, `${path}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

async function done(answer: Promise<{ status: number; body: any }>): Promise<any> {
  const { status, body } = await answer
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

async function signInAll(house: House): Promise<Record<Person, Actor>> {
  const people = { operator: house.admin } as Record<Person, Actor>
  for (const person of Object.keys(staff) as (keyof typeof staff)[]) {
    people[person] = await signIn(house.url, usernameOf(person))
    // people are set to away, so that nothing is assigned to them automatically
    await presence(people[person], 'away')
  }
  return people
}

async function fixedFields(house: House): Promise<ValuesByName> {
  const uidOf = new Map(
    (await house.rows<{ username: string; uid: number }>('select username, uid from user')).map(
      (row) => [row.username, String(row.uid)],
    ),
  )
  return {
    ...plainFields,
    uid: uidOf.get('other') ?? '',
    otherUid: uidOf.get('other') ?? '',
    memberUid: uidOf.get('member') ?? '',
    agentUid: uidOf.get('other') ?? '',
    accountId: await accountOf(house),
    login: 'other',
  }
}

type Stock = { missed: SessionAndCustomer[]; reclaimed: SessionAndCustomer[] }
type StageParts = {
  house: House
  people: Record<Person, Actor>
  fixed: ValuesByName
  stock: Stock
  /** The group inside another group to which all sessions come; null if they come to no group. */
  inner: number | null
}
type SessionAndCustomer = { id: string; customerId: string }

/** Makes a new follower who has written and whose session is queued. */
async function arrive(house: House, text = '请问'): Promise<SessionAndCustomer> {
  const customer = await follower(house)
  await customer.says(text)
  const [row] = await house.rows<SessionAndCustomer>(
    'select s.session_id as id, s.wx_user_id as "customerId" from message_session s join wx_user u on u.wx_user_id = s.wx_user_id where u.openid = ?',
    [customer.openid],
  )
  assert.ok(row, 'who writes has a session')
  return row
}

type Two = Pick<Record<Person, Actor>, 'former' | 'owner'>

/**
 * Gives a queued session a former and a present owner: the former one claims it and transfers it to
 * the present one, who has not accepted it yet.
 */
async function handOver(
  { former, owner }: Two,
  pair: SessionAndCustomer,
): Promise<SessionAndCustomer> {
  const path = `/api/sessions/${pair.id}`
  await done(former.call('POST', `${path}/claim`, {}))
  await done(former.call('POST', `${path}/transfer`, { agentUid: owner.uid }))
  return pair
}

async function accept(people: Two, pair: SessionAndCustomer): Promise<SessionAndCustomer> {
  await done(people.owner.call('POST', `/api/sessions/${pair.id}/accept`, {}))
  return pair
}

const several = async (
  many: number,
  make: () => Promise<SessionAndCustomer>,
): Promise<SessionAndCustomer[]> => {
  const all: SessionAndCustomer[] = []
  for (let n = 0; n < many; n += 1) all.push(await make())
  return all
}

/** Creates missed and reclaimed customers by moving the clock. Sign-ins have ended by then. */
async function timePasses(
  house: House,
  { missed = 0, reclaimed = 0 }: StageOptions,
): Promise<Stock> {
  if (missed + reclaimed === 0) return { missed: [], reclaimed: [] }
  const two = { former: await signIn(house.url, 'former'), owner: await signIn(house.url, 'owner') }
  const stock = {
    missed: await several(missed, async () => handOver(two, await arrive(house))),
    reclaimed: await several(reclaimed, async () =>
      accept(two, await handOver(two, await arrive(house))),
    ),
  }
  await runJob(await later(house, 2 * day), 'waiting-timeout')
  house.admin = await later(house, 12 * day)
  await runJob(house.admin, 'reclaim')
  return stock
}

function taken(from: SessionAndCustomer[], what: string): SessionAndCustomer {
  const next = from.shift()
  assert.ok(next, `openStage was not asked for so many ${what}`)
  return next
}

const ofPair = ({ id, customerId }: SessionAndCustomer): RouteIds => ({
  paths: { sessions: id, customers: customerId },
  fields: { sessionId: id, customerId },
})
const ofPath = (word: string) => (id: unknown) => ({ paths: { [word]: String(id) }, fields: {} })

/** Makes a queued session. It waits for the inner group if there is one. */
async function queue({ people, house, inner }: StageParts): Promise<SessionAndCustomer> {
  const pair = await arrive(house)
  if (inner !== null) await toInner(people.supervisor, pair, inner)
  return pair
}

const toInner = (person: Actor, { id }: SessionAndCustomer, groupId: number) =>
  done(person.call('POST', `/api/sessions/${id}/transfer`, { groupId }))

/**
 * Makes a session whose owner changed through a group: the former owner claims it and transfers it
 * to the group, and the owner claims it from there.
 */
async function throughGroup(at: StageParts, inner: number): Promise<SessionAndCustomer> {
  const pair = await queue(at)
  await done(at.people.former.call('POST', `/api/sessions/${pair.id}/claim`, {}))
  await toInner(at.people.former, pair, inner)
  await done(at.people.owner.call('POST', `/api/sessions/${pair.id}/claim`, {}))
  return pair
}

async function openGroup(at: StageParts): Promise<SessionAndCustomer> {
  const { people, house, inner } = at
  const pair =
    inner === null
      ? await accept(people, await handOver(people, await arrive(house)))
      : await throughGroup(at, inner)
  await done(
    people.owner.call('POST', `/api/sessions/${pair.id}/members`, { uids: [people.member.uid] }),
  )
  await done(
    people.supervisor.call('PATCH', `/api/customers/${pair.customerId}`, {
      exclusiveAgentUid: people.exclusive.uid,
    }),
  )
  return pair
}

/** Makes a function that creates a thing for which an admin needs only a single call. */
const byAdmin =
  (word: string, path: string, body: (at: StageParts) => object) =>
  async (at: StageParts): Promise<RouteIds> =>
    ofPath(word)((await made(at.people.admin, path, body(at))).id)

const content = { type: 'text', text: '您好' }
const reply = (person: Person, scope: string) => async (at: StageParts) =>
  ofPath('quick-replies')(
    (await made(at.people[person], '/api/quick-replies', { scope, title: freshWord(), content }))
      .id,
  )
const replyGroup = (person: Person, scope: string) => async (at: StageParts) =>
  ofPath('quick-reply-groups')(
    (await made(at.people[person], '/api/quick-reply-groups', { scope, name: freshWord() })).id,
  )

const makers: Record<Thing, (at: StageParts) => Promise<RouteIds>> = {
  session: async (at) => ofPair(await openGroup(at)),
  queued: async (at) => ofPair(await queue(at)),
  waiting: async ({ house, people }) => ofPair(await handOver(people, await arrive(house))),
  missed: async ({ stock }) => ofPair(taken(stock.missed, 'missed')),
  reclaimed: async ({ stock }) => {
    const pair = taken(stock.reclaimed, 'reclaimed')
    return { paths: {}, fields: { customerId: pair.customerId } }
  },
  silent: async ({ house, people: { operator } }) => {
    const pair = await arrive(house)
    await done(operator.call('POST', `/api/sessions/${pair.id}/close`, {}))
    return ofPair(pair)
  },
  failedLine: failLine,
  refusedPush: async ({ house }) => {
    const customer = await follower(house)
    await customer.says('poison')
    const [row] = await house.rows<{ id: string }>(
      'select inbox_id as id from refused_push where openid = ?',
      [customer.openid],
    )
    return ofPath('refused')(row?.id)
  },
  user: async ({ people }) => {
    const body = { username: freshWord(), password, role: 'agent' }
    return ofPath('users')((await made(people.admin, '/api/users', body)).uid)
  },
  group: byAdmin('groups', '/api/groups', () => ({ name: freshWord() })),
  company: async ({ people: { operator } }) => {
    const body = { name: freshWord(), admin: { username: freshWord(), password } }
    return ofPath('companies')((await made(operator, '/api/companies', body)).id)
  },
  account: byAdmin('accounts', '/api/accounts', () => ({
    appid: freshWord(),
    appSecret: 'c'.repeat(32),
    token: 'sampletoken',
    mode: 'plain',
    binding: 'direct',
  })),
  media: async ({ people }) =>
    ofPath('media')(
      (await people.owner.upload(new TextEncoder().encode(`%PDF-1.7 ${freshWord()}`), 'a.pdf')).body
        .id,
    ),
  rule: byAdmin('rules', '/api/rules', () => ({
    name: freshWord(),
    enabled: true,
    priority: 0,
    match: { kind: 'exact', keywords: [freshWord()] },
    action: { kind: 'text', text: '好' },
  })),
  replay: openReplay,
  reception: byAdmin('receptions', '/api/receptions', ({ fixed: { accountId } }) => ({
    accountId,
    scene: freshWord(),
    name: 'A',
    qr: false,
  })),
  platform: async (at) => ofPath('platform')(await openPlatform(at)),
  authorization: authorize,
  ownReply: reply('owner', 'personal'),
  sharedReply: reply('supervisor', 'shared'),
  ownReplyGroup: replyGroup('owner', 'personal'),
  sharedReplyGroup: replyGroup('supervisor', 'shared'),
}

/** Creates a line that WeChat refuses, so that a person has to decide about it. */
async function failLine(at: StageParts): Promise<RouteIds> {
  const pair = await openGroup(at)
  await post(`${at.house.simulator}/sim/faults`, {
    path: '/cgi-bin/message/custom/send',
    kind: 'errcode',
    errcode: 45002,
    next: 1,
  })
  const sent = await at.people.owner.call('POST', `/api/sessions/${pair.id}/messages`, {
    ...content,
    clientMsgId: freshWord(),
  })
  assert.equal(sent.status, 202, JSON.stringify(sent.body))
  const { id } = sent.body.message as { id: string }
  await eventually(async () => {
    const [line] = await at.house.rows<{ delivery: string }>(
      'select delivery from message_data where message_id = ?',
      [id],
    )
    assert.equal(line?.delivery, 'failed')
  })
  const ids = ofPair(pair)
  return { ...ids, paths: { ...ids.paths, messages: id } }
}

/** Starts a replay, again and again until it is accepted, because only one may run at a time. */
async function openReplay({ people: { admin } }: StageParts): Promise<RouteIds> {
  const asked = () =>
    admin.call('POST', '/api/rules/replay', { from: plainFields['from'], to: plainFields['to'] })
  const id = await eventually(async () => {
    const { status, body } = await asked()
    assert.equal(status, 202, JSON.stringify(body))
    return body.id as string
  })
  return ofPath('replay')(id)
}

const platformKeys = {
  appSecret: 'd'.repeat(32),
  token: 'componenttoken',
  encodingAesKey: 'ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkj',
}

async function openPlatform({ house, people }: StageParts): Promise<string> {
  const platform = { ...platformKeys, componentAppid: freshWord() }
  await made(people.operator, '/api/platforms', platform)
  await post(`${house.simulator}/sim/components`, {
    ...platform,
    ticketUrl: `${house.url}/wechat/platform/${platform.componentAppid}`,
    callbackUrl: `${house.url}/wechat/$APPID$`,
  })
  await house.heard()
  await post(`${house.simulator}/sim/components/${platform.componentAppid}/ticket`, {})
  return platform.componentAppid
}

/**
 * Begins an authorisation: the owner of an account has agreed at WeChat and is on the way back to
 * us.
 */
async function authorize(at: StageParts): Promise<RouteIds> {
  const componentAppid = await openPlatform(at)
  const away = await at.people.admin.get(`/wechat/platform/${componentAppid}/authorize`)
  assert.equal(away.status, 302, await away.text())
  const page = new URL(away.headers.get('location') ?? '')
  const shop = {
    appid: freshWord(),
    appSecret: 'e'.repeat(32),
    token: 'shoptoken',
    encodingAesKey: '',
    mode: 'plain',
    originalId: `gh_${freshWord()}`,
    name: '小店',
    callbackUrl: 'http://127.0.0.1:1/nowhere',
  }
  await post(`${at.house.simulator}/sim/accounts`, shop)
  const answer = (await post(`${at.house.simulator}/sim/components/${componentAppid}/authorize`, {
    appid: shop.appid,
    preAuthCode: page.searchParams.get('pre_auth_code'),
    redirectUrl: page.searchParams.get('redirect_uri'),
    visit: false,
  })) as { location: string }
  const back = new URL(answer.location).searchParams
  return {
    paths: { platform: componentAppid },
    fields: { code: back.get('auth_code') ?? '', state: back.get('state') ?? '' },
  }
}
