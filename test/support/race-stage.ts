// The stage for races. Each race that runs in parallel has its own company with people and an
// account, and what its calls are about is created anew for every race through the API.
import assert from 'node:assert/strict'
import { minuteMs, dayMs } from '../../rules/session/timers.ts'
import { testAccount, password, post, signIn, type House } from './app.ts'
import { eventually } from './eventually.ts'
import type { Draw } from './random.ts'
import { signed, textXml } from './raw-push.ts'
import { freshWord, send, type RouteAnswer, type RouteIds, type RouteCall } from './route-calls.ts'

export type RacePerson = { uid: number; username: string; token: string }
export type RaceRole = 'boss' | 'chief' | 'owner' | 'other' | 'small' | 'operator'
/** In which state the session is brought before the race. */
export type State =
  'queued' | 'waiting' | 'active' | 'group' | 'silent' | 'missed' | 'reclaimed' | 'failedLine'

export type RaceClock = { now: () => number; advance: (ms: number) => Promise<void> }
export type RaceStage = {
  house: House
  clock: RaceClock
  companyId: string
  people: Record<RaceRole, RacePerson>
  account: { id: string; appid: string }
  /** The company's settings before any race, which are restored after a race that changed them. */
  settings: object
  /**
   * Makes a call as this person, always through the first process, to prepare a race or to check
   * its result. `how` is the method and path, as a route is named.
   */
  ask: (who: RaceRole, how: string, body?: unknown) => Promise<RouteAnswer>
}
/** A race: its company and people, and the things that its calls are about. */
export type RaceScene = RaceStage & {
  draw: Draw
  ids: RouteIds
  openid: string
  /**
   * The queued session of a second follower, so that two sessions can be claimed; null if neither
   * call is a claim.
   */
  beside: { sessionId: string; openid: string; customerId: string } | null
  /** A word that both calls of a race use, for example as a name for which they compete. */
  word: string
}

const token = 'racetoken'

/**
 * Returns an object that moves the clock of the house. All races share it, so moving it affects all
 * of them.
 */
export function openRaceClock(house: House): RaceClock {
  let total = 0
  let last = Promise.resolve()
  return {
    now: () => Date.now() + total,
    advance: (ms) => {
      total += ms
      const to = total
      last = last.then(() => house.app.advanceTo(to))
      return last
    },
  }
}

export async function openRaceStage(house: House, clock: RaceClock): Promise<RaceStage> {
  const name = freshWord()
  const made = await house.admin.call('POST', '/api/companies', {
    name,
    admin: { username: `boss-${name}`, password },
  })
  assert.equal(made.status, 201)
  const boss = await enter(house, `boss-${name}`)
  const people: RaceStage['people'] = {
    boss,
    operator: { uid: house.admin.uid, username: 'admin', token: house.admin.token },
    chief: boss,
    owner: boss,
    other: boss,
    small: boss,
  }
  const stage: RaceStage = {
    house,
    clock,
    companyId: made.body.id,
    people,
    account: { id: '', appid: '' },
    settings: {},
    ask: (who, how, body) => send(house.urls[0] ?? '', people[who].token, callTo(how, body)),
  }
  const before = ok(await stage.ask('boss', 'GET /api/settings'))
  stage.settings = { ...before, ...settings, accounts: {}, groups: {} }
  await settle(stage)
  await renewAccount(stage)
  for (const who of ['chief', 'owner', 'other', 'small'] as const) {
    people[who] = await hire(stage, who, `${who}-${name}`)
  }
  return stage
}

/** Timers are set to short times, so that jobs have something to do. */
const settings = {
  sessionRule: 'grab',
  waitingMinutes: 1,
  queueMinutes: 1,
  fallbackMinutes: 1,
  idleCloseMinutes: 1,
  takeBackMinutes: 1,
  reclaimDays: 1,
}

/** Restores the settings that the company had before the race. */
export async function settle({ ask, companyId, settings: before }: RaceStage): Promise<void> {
  const limits = { enabled: true, expiresAt: null, maxAgents: null, maxAccounts: null }
  ok(await ask('operator', `PATCH /api/companies/${companyId}`, limits))
  ok(await ask('boss', 'PATCH /api/settings', before))
}

async function enter({ urls }: House, username: string): Promise<RacePerson> {
  const { uid, token: one } = await signIn(urls[0] ?? '', username)
  return { uid, username, token: one }
}

async function hire(
  { house, ask }: RaceStage,
  who: RaceRole,
  username: string,
): Promise<RacePerson> {
  const role = who === 'chief' ? 'supervisor' : 'agent'
  const capacity = who === 'small' ? 1 : 1000
  ok(await ask('boss', 'POST /api/users', { username, password, role, capacity }))
  return enter(house, username)
}

/**
 * Restores one of the people to what they were, whatever the race changed. Their sign-ins may have
 * ended.
 */
export async function restore(
  stage: RaceStage,
  who: 'owner' | 'other',
  { signedOut }: { signedOut: boolean },
): Promise<void> {
  const { ask, people, house } = stage
  const { uid, username } = people[who]
  const accounts = ok(await ask('boss', 'GET /api/accounts?limit=200')).items as { id: string }[]
  ok(
    await ask('boss', `PATCH /api/users/${uid}`, {
      username,
      role: 'agent',
      enabled: true,
      groupIds: [],
      deputyUids: [],
      accountIds: accounts.map(({ id }) => id),
      capacity: 1000,
      ...(signedOut && { password }),
    }),
  )
  if (signedOut) people[who] = await enter(house, username)
}

export async function renewAccount(stage: RaceStage): Promise<void> {
  const { house, ask } = stage
  const appid = `wx${freshWord()}`
  const keys = { appid, token, appSecret: testAccount.appSecret, mode: 'plain' as const }
  const made = ok(
    await ask('boss', 'POST /api/accounts', { ...keys, name: appid, binding: 'direct' }),
  )
  await post(`${house.simulator}/sim/accounts`, {
    ...testAccount,
    ...keys,
    originalId: `gh_${appid}`,
    callbackUrl: `${house.url}/wechat/${appid}`,
  })
  const { id: before } = stage.account
  stage.account = { id: made.id as string, appid }
  if (before) await ask('boss', `DELETE /api/accounts/${before}`)
}

/** Returns the body of a call that must succeed, and fails the test if it did not. */
export function ok({ status, body }: RouteAnswer): any {
  assert.ok(status < 300, `${status} ${JSON.stringify(body)}`)
  return body
}

let pushes = 70_000_000
const eventXml = (openid: string, event: string, key: string) =>
  `<xml><ToUserName>gh_1</ToUserName><FromUserName>${openid}</FromUserName><CreateTime>${(pushes += 1)}</CreateTime>` +
  `<MsgType>event</MsgType><Event>${event}</Event><EventKey>${key}</EventKey></xml>`

export type FollowerPush =
  { openid: string; text: string } | { openid: string; event: string; key: string }

/** Pushes to one of the processes like WeChat would. */
export async function push(
  { house, clock, account: { appid } }: RaceStage,
  said: FollowerPush,
  process = 0,
): Promise<RouteAnswer> {
  const xml =
    'text' in said
      ? textXml(said.openid, String((pushes += 1)), said.text)
      : eventXml(said.openid, said.event, said.key)
  const query = `${signed(token, clock.now() / 1000)}&openid=${said.openid}`
  const url = house.urls[process % house.urls.length] ?? ''
  const answer = await fetch(`${url}/wechat/${appid}?${query}`, { method: 'POST', body: xml })
  return { status: answer.status, body: await answer.text(), location: null }
}

export async function arrive(stage: RaceStage) {
  const openid = `o${freshWord()}`
  const { appid } = stage.account
  await post(`${stage.house.simulator}/sim/followers`, { appid, openid })
  await eventually(async () => {
    // on a busy machine a push may have to come again
    assert.equal((await push(stage, { openid, text: '在吗' })).status, 200)
  })
  const [row] = await stage.house.rows<{ session_id: string; wx_user_id: string }>(
    'select s.session_id, s.wx_user_id from message_session s join wx_user u on u.wx_user_id = s.wx_user_id where u.openid = ? and u.appid = ?',
    [openid, appid],
  )
  assert.ok(row, 'the follower has a session')
  return { openid, sessionId: row.session_id, customerId: row.wx_user_id }
}

/** Brings the session of a new follower into the state that the calls need. */
export async function bring(scene: RaceScene, state: State): Promise<void> {
  const { openid, sessionId, customerId } = await arrive(scene)
  scene.openid = openid
  Object.assign(scene.ids.paths, { sessions: sessionId, customers: customerId })
  Object.assign(scene.ids.fields, { sessionId, customerId })
  await ways[state](scene, `/api/sessions/${sessionId}`)
}

const job = ({ ask }: RaceStage, name: string) =>
  ask('boss', `POST /api/admin/jobs/${name}/run`, {})

/** Runs a job; another race may be running the same job at the moment. */
export const runJobInRace = (stage: RaceStage, name: string): Promise<void> =>
  eventually(async () => {
    ok(await job(stage, name))
  })

const ways: Record<State, (scene: RaceScene, at: string) => Promise<void>> = {
  queued: () => Promise.resolve(),
  waiting: async ({ ask, people }, at) => {
    ok(await ask('chief', `POST ${at}/transfer`, { agentUid: people.owner.uid }))
  },
  active: async ({ ask }, at) => {
    ok(await ask('owner', `POST ${at}/claim`, {}))
  },
  group: async (scene, at) => {
    await ways.active(scene, at)
    const { ask, people } = scene
    ok(await ask('owner', `POST ${at}/members`, { uids: [people.other.uid] }))
  },
  silent: async ({ ask }, at) => {
    ok(await ask('boss', `POST ${at}/close`, {}))
  },
  missed: async (scene) => {
    await scene.clock.advance(2 * minuteMs)
    await runJobInRace(scene, 'queue-timeout')
  },
  reclaimed: async (scene, at) => {
    await ways.active(scene, at)
    await scene.clock.advance(dayMs + minuteMs)
    await runJobInRace(scene, 'reclaim')
  },
  failedLine: async (scene, at) => {
    await ways.active(scene, at)
    const { house, ask, account: mine } = scene
    const path = '/cgi-bin/message/custom/send'
    const fault = { kind: 'errcode', errcode: 45002, path, appid: mine.appid }
    await post(`${house.simulator}/sim/faults`, fault)
    const line = { clientMsgId: freshWord(), type: 'text', text: '您好' }
    // other races may have moved the clock and closed the window, so the follower writes again to
    // open it
    const { message } = await eventually(async () => {
      await push(scene, { openid: scene.openid, text: '还在吗' })
      return ok(await ask('owner', `POST ${at}/messages`, line))
    })
    scene.ids.paths['messages'] = message.id
    await eventually(async () => {
      const { items } = ok(await ask('owner', `GET ${at}/messages`))
      const mine = items.find((one: { id: string }) => one.id === message.id)
      assert.equal(mine.delivery.state, 'failed')
    })
  },
}

export const atProcess = ({ urls }: House, n: number) => urls[n % urls.length] ?? ''
export const callTo = (how: string, body?: unknown): RouteCall => {
  const [method = '', path = ''] = how.split(' ')
  return { operation: '', method, path, ...(body !== undefined && { body }) }
}
/** Makes the n-th call of a race, at the n-th process, so that two processes compete. */
export const fire = (
  { house, people }: RaceScene,
  n: number,
  { by, call }: { by: RaceRole; call: RouteCall },
): Promise<RouteAnswer> => send(atProcess(house, n), people[by].token, call)
