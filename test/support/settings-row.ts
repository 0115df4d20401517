// A company for one combination of settings, with its account and people, and a record of what its
// followers wrote and what they must receive.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Settings } from '../../rules/settings.ts'
import { jobs } from '../../src/actions/jobs/jobs.ts'
import { password, post, signIn, type Actor, type House } from './app.ts'
import { eventually } from './eventually.ts'
import { follower, type Follower } from './follower.ts'
import { presence, runJob, sessionOf, type Seen } from './seen.ts'
import {
  answerTo,
  asDefault,
  companyRules,
  greetingBy,
  type ModelFacts,
  type TalkMoment,
  type StoryAgent,
} from './settings-model.ts'
import type { StoryIds } from './settings-places.ts'

/**
 * The values of one combination, by the name of the setting. A value that depends on ids is a
 * function of them.
 */
export type Combination = Record<'company' | 'account' | 'person', Record<string, unknown>>
export type StoryClock = { totalMs: number }
type AccountKeys = { appid: string; appSecret: string; token: string }

export type StoryRow = {
  house: House
  clock: StoryClock
  facts: ModelFacts
  keys: AccountKeys
  boss: Actor
  names: Record<'boss' | StoryAgent, string>
  person: Actor
  colleague: Actor
  talks: StoryTalk[]
  /** The step of the story that was started last, to be shown if something fails. */
  step: string
}

export async function callOk(
  who: Actor,
  [method, path]: [string, string],
  body?: unknown,
): Promise<any> {
  const answer = await who.call(method, path, body)
  assert.ok(
    answer.status < 300,
    `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`,
  )
  return answer.body
}

export async function openRow(
  house: House,
  clock: StoryClock,
  given: Combination,
): Promise<StoryRow> {
  const tail = randomBytes(8).toString('hex')
  const admin = await signIn(house.url, 'admin')
  const names = { boss: `boss-${tail}`, person: `p-${tail}`, colleague: `c-${tail}` }
  await callOk(admin, ['POST', '/api/companies'], {
    name: tail,
    admin: { username: names.boss, password },
  })
  const boss = await signIn(house.url, names.boss)
  const keys = {
    appid: `wx${tail}`,
    appSecret: randomBytes(16).toString('hex'),
    token: 'testtoken',
  }
  const accountId = await openAccount(house, { boss, keys, given: given.account })
  const groupIds = [await addGroup(boss, '售前'), await addGroup(boss, '售后')] as [number, number]
  const colleague = await addPerson(house, boss, { username: names.colleague, groupIds })
  const ids: StoryIds = { accountId, groupIds, colleague: colleague.uid }

  const { greeting, enabled, ...about } = known(given.person, ids)
  const person = await addPerson(house, boss, { username: names.person, enabled, ...about })
  await callOk(person, ['PUT', '/api/me/greeting'], { text: greeting })
  const patch = known(given.company, ids)
  await callOk(boss, ['PATCH', '/api/settings'], patch)
  for (const rule of companyRules) await callOk(boss, ['POST', '/api/rules'], rule)
  await house.heard()
  // waits for the queue index to be complete, because places in the queue are known only then
  await runJob(boss, 'queue-reconcile')
  const facts = {
    ids,
    settings: { ...asDefault(), ...(patch as Partial<Settings>) },
    account: given.account as ModelFacts['account'],
    person: {
      name: (about['name'] as string | undefined) ?? names.person,
      role: String(about['role']),
      capacity: Number(about['capacity']),
      greeting: greeting as string | null,
      deputies: (about['deputyUids'] as number[]).length,
    },
    colleague: { name: names.colleague },
  }
  return { house, clock, facts, keys, boss, names, person, colleague, talks: [], step: '' }
}

const known = (given: Record<string, unknown>, ids: StoryIds): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'function' ? (value as (ids: StoryIds) => unknown)(ids) : value,
    ]),
  )

type Account = { boss: Actor; keys: AccountKeys; given: Record<string, unknown> }

async function openAccount(house: House, { boss, keys, given }: Account): Promise<string> {
  const made = await callOk(boss, ['POST', '/api/accounts'], {
    ...keys,
    ...given,
    kind: 'wechat',
    binding: 'direct',
  })
  await post(`${house.simulator}/sim/accounts`, {
    ...keys,
    mode: given['mode'],
    encodingAesKey: given['encodingAesKey'] ?? '',
    originalId: given['originalId'] ?? 'gh_of_nobody',
    kind: given['type'] === 2 ? 'miniprogram' : 'service',
    callbackUrl: `${house.url}/wechat/${keys.appid}`,
  })
  return made.id as string
}

const addGroup = async (boss: Actor, name: string) =>
  (await callOk(boss, ['POST', '/api/groups'], { name })).id as number

type About = { username: string; enabled?: unknown; groupIds?: unknown }

async function addPerson(house: House, boss: Actor, about: About): Promise<Actor> {
  const given = { role: 'agent', password, ...about }
  const { uid } = await callOk(boss, ['POST', '/api/users'], given)
  if (given.enabled === false) await callOk(boss, ['PATCH', `/api/users/${uid}`], { enabled: true })
  return signInAway(house, given.username)
}

/**
 * Signs in a person and sets their presence to offline, so that they are at their desk only where
 * the story says so.
 */
async function signInAway(house: House, username: string): Promise<Actor> {
  const person = await signIn(house.url, username)
  await presence(person, 'offline')
  return person
}

/** Signs in the person and the colleague again after their sign-ins have ended. */
export async function returnToWork(at: StoryRow): Promise<void> {
  at.person = await signInAway(at.house, at.names.person)
  at.colleague = await signInAway(at.house, at.names.colleague)
}

const signInLasts = 45

/**
 * Moves the clocks of product and simulator. If sign-ins may end by this, that of the boss is
 * renewed.
 */
export async function passes(at: StoryRow, minutes: number): Promise<void> {
  const ms = minutes * 60_000
  at.clock.totalMs += ms
  await at.house.app.advanceTo(at.clock.totalMs)
  await post(`${at.house.simulator}/sim/clock`, { advanceMs: ms })
  if (minutes >= signInLasts) at.boss = await signIn(at.house.url, at.names.boss)
}

export async function runJobs(at: StoryRow): Promise<void> {
  for (const { name } of jobs) await runJob(at.boss, name)
}

type Closed = Seen & { seq: number; visitorOffset: number; agentOffset: number }
export type Session = Seen & { seq: number; window: { remaining: number } }
export type StoryTalk = {
  customer: Follower
  /** The id of the follower's session; empty until the follower has written. */
  id: string
  said: string[]
  /** Messages that must reach the follower through the API, in this order and once each. */
  promised: string[]
  /**
   * How many more replies WeChat must accept for this follower, by what the story has sent so far.
   */
  left: number
  /**
   * How many lines of the follower's session must be shown as unread, because no agent has read
   * them yet.
   */
  unread: number
}

export async function newTalk(at: StoryRow): Promise<StoryTalk> {
  const customer = await follower(at.house, at.keys.appid)
  const talk = { customer, id: '', said: [], promised: [], left: 0, unread: 0 }
  at.talks.push(talk)
  return talk
}

/**
 * Reads the follower's newest session as the API shows it, to compare it with what the settings
 * require.
 */
export async function seen(at: StoryRow, talk: StoryTalk): Promise<Session> {
  if (talk.id === '') talk.id = (await sessionOf(at.house, talk.customer, at.boss)).customer.id
  return (await callOk(at.boss, ['GET', `/api/customers/${talk.id}/sessions`])).items[0] as Session
}

export async function stands(
  at: StoryRow,
  talk: StoryTalk,
  expected: Partial<Seen>,
): Promise<Session> {
  const session = await seen(at, talk)
  for (const [key, value] of Object.entries(expected)) {
    assert.equal(session[key as keyof Seen], value, `${key} of ${JSON.stringify(session)}`)
  }
  return session
}

export const laneOf = (session: Seen) => session.queue?.lane

const budget = 5

/**
 * Lets the follower write, and checks that the line is stored and the automatic answer is what the
 * settings require.
 */
export async function says(
  at: StoryRow,
  talk: StoryTalk,
  { text, copies = 1, ...moment }: { text: string; copies?: number } & Partial<TalkMoment>,
): Promise<void> {
  const pushed = await talk.customer.says(text, { copies, parallel: copies > 1 })
  assert.equal(pushed.status, 200)
  hears(talk, text)
  const words = answerTo(at.facts, text, { talking: false, isNew: false, ...moment })
  await isTold(at, talk, { shown: pushed.shown, words })
}

export function hears(talk: StoryTalk, text: string): void {
  talk.said.push(text)
  talk.unread += 1
  talk.left = Math.max(talk.left, budget)
}

type ExpectedAnswer = { shown: { way: string; text?: string }[]; words: RegExp | null }

/**
 * Checks that the follower is told these words: in the passive reply or, since mini programs take
 * none, in a message through the API.
 */
export async function isTold(
  at: StoryRow,
  talk: StoryTalk,
  { shown, words }: ExpectedAnswer,
): Promise<void> {
  const inAnswer = at.facts.account.type === 2 ? null : words
  assert.equal(shown.length, inAnswer ? 1 : 0, `shown ${JSON.stringify(shown)}, not ${words}`)
  if (inAnswer) assert.match(shown[0]?.text ?? '', inAnswer)
  if (!words || inAnswer) return
  const text = await eventually(async () => {
    const arrived = (await arrivedAt(talk))[talk.promised.length]
    assert.match(arrived ?? '', words)
    return arrived ?? ''
  })
  promise(talk, text)
}

export function promise(talk: StoryTalk, what: string): void {
  talk.promised.push(what)
  talk.left -= 1
}

/** Records the greeting of whoever takes up the session; it uses up one reply. */
export function greets(at: StoryRow, talk: StoryTalk, who: StoryAgent): void {
  const words = greetingBy(at.facts, who)
  if (words !== '' && talk.left > 1) promise(talk, words)
}

export const arrivedAt = async ({ customer }: StoryTalk): Promise<string[]> =>
  (await customer.inbox())
    .filter((item) => item.way === 'custom')
    .map(({ type, text }) => (type === 'text' ? (text ?? '') : type))

/** Waits until everything promised has arrived, exactly once. */
export async function settles(at: StoryRow, talk: StoryTalk): Promise<void> {
  await eventually(async () => {
    assert.deepEqual(await arrivedAt(talk), talk.promised)
    for (const { lines } of await historyOf(at, talk)) {
      assert.deepEqual(
        lines.filter((line) => line.delivery && line.delivery.state !== 'sent'),
        [],
      )
    }
  })
}

type ShownLine = { seq: number; direction: string; text?: string; delivery?: { state: string } }

async function historyOf(
  at: StoryRow,
  talk: StoryTalk,
): Promise<{ session: Closed; lines: ShownLine[] }[]> {
  const { items } = await callOk(at.boss, ['GET', `/api/customers/${talk.id}/sessions`])
  return Promise.all(
    (items as Closed[]).toReversed().map(async (session) => ({
      session,
      lines: (await callOk(at.boss, ['GET', `/api/sessions/${session.id}/messages?limit=100`]))
        .items as ShownLine[],
    })),
  )
}

/**
 * Checks that every line is in a session and in order, seqs have no gaps, and sessions agree with
 * their ledgers.
 */
export async function staysWhole(at: StoryRow, talk: StoryTalk): Promise<void> {
  await settles(at, talk)
  const history = await historyOf(at, talk)
  assert.deepEqual(
    history.flatMap(({ lines }) =>
      lines.filter((one) => one.direction === 'in').map((one) => one.text),
    ),
    talk.said,
  )
  for (const { session, lines } of history) {
    assert.deepEqual(
      lines.map((line) => line.seq),
      lines.map((_, n) => n + 1),
    )
    assert.deepEqual(
      [session.seq, session.visitorOffset + session.agentOffset],
      [lines.length, lines.length],
    )
    const { items } = await callOk(at.boss, ['GET', `/api/sessions/${session.id}/ledger`])
    const steps = items as { n: number; from: number | null; to: number; fence: number }[]
    assert.deepEqual(
      steps.map((step) => [step.n, step.from]),
      steps.map((_, n) => [n + 1, steps[n - 1]?.to ?? null]),
    )
    assert.deepEqual([steps.at(-1)?.to, steps.at(-1)?.fence], [session.stateCode, session.fence])
  }
}

export async function isSound(at: StoryRow): Promise<void> {
  await runJob(at.boss, 'queue-reconcile')
  await eventually(async () => {
    const check = await callOk(at.boss, ['GET', '/api/admin/self-check'])
    assert.equal(check.ok, true, JSON.stringify(check))
  }, 'queueIndex')
}
