// Runs a race: two calls at the same time, and checks of what must be true after both were
// answered.
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { stepsOf, type Action } from '../../rules/auto-reply/action.ts'
import { groupLane, readLane } from '../../rules/session/lane.ts'
import { readSettings } from '../../rules/settings.ts'
import { signIn } from './app.ts'
import { eventually } from './eventually.ts'
import { comesLater } from './pauses.ts'
import type { RaceAct, PromisedFact } from './race-act.ts'
import { dueAfter, isJob, makers } from './race-acts.ts'
import {
  arrive,
  bring,
  renewAccount,
  restore,
  runJobInRace,
  settle,
  type RaceScene,
  type RaceStage,
  type State,
  type RaceRole,
} from './race-stage.ts'
import { openDraw } from './random.ts'
import { freshWord, plainFields, type RouteAnswer } from './route-calls.ts'

export type Race = {
  acts: [RaceAct, RaceAct]
  state: State
  /** The seed of the random choices, by which a race can be repeated. */
  seed: number
  /** How much later the second call of a race starts than the first. */
  laterMs: number
  swapped: boolean
}
export type RaceTally = { done: number; refused: number; both: number }

export async function run(stage: RaceStage, race: Race, tally: RaceTally): Promise<string[]> {
  const scene = await openScene(stage, race)
  const answers = await fireBoth(scene, race)
  const took = answers.map(isTaken)
  for (const one of took) tally[one ? 'done' : 'refused'] += 1
  if (took[0] && took[1]) tally.both += 1

  const acts = race.acts.filter((_, n) => took[n])
  if (acts.some((act) => act.spoils?.includes('company'))) await reopen(stage)
  // after some changes of people and groups, jobs have to hand on or move the sessions, so these
  // jobs are run before anything is checked
  for (const job of acts.some(leavesBehind) ? ['hand-on', 'overflow'] : []) {
    await runJobInRace(scene, job)
  }
  const faults = [
    ...answers.flatMap(faultOf),
    ...rivals(race, answers),
    ...(await claimed(scene, race, answers)),
    ...(await invariants(scene)),
  ]
  const spoilt = new Set(race.acts.flatMap((act) => act.spoils ?? []))
  await leave(stage, scene, spoilt)
  return faults.map((fault) => `${race.acts.map(({ name }) => name).join(' × ')}: ${fault}`)
}

const leavesBehind = ({ kinds, spoils }: RaceAct) => kinds.includes('group') || spoils !== undefined
const isTaken = ({ status }: RouteAnswer) => status < 300 && status !== 204
const faultOf = ({ status, body }: RouteAnswer) =>
  status >= 500 ? [`${status} ${JSON.stringify(body)}`] : []

async function openScene(stage: RaceStage, { acts, state, seed }: Race): Promise<RaceScene> {
  const word = freshWord()
  const scene: RaceScene = {
    ...stage,
    draw: openDraw(seed),
    ids: {
      paths: {
        users: String(stage.people.owner.uid),
        companies: stage.companyId,
        accounts: stage.account.id,
      },
      fields: {
        ...plainFields,
        accountId: stage.account.id,
        otherUid: String(stage.people.other.uid),
        memberUid: String(stage.people.other.uid),
      },
    },
    openid: '',
    beside: null,
    word,
  }
  const kinds = new Set(acts.flatMap((act) => act.kinds))
  for (const [kind, make] of Object.entries(makers)) {
    if (kinds.has(kind as RaceAct['kinds'][number])) await make(scene)
  }
  for (const act of acts) await act.before?.(scene)
  if (acts.some((act) => act.from !== undefined)) await bring(scene, state)
  if (acts.some((act) => act.operation.endsWith('/claim'))) scene.beside = await arrive(scene)
  const jobs = acts.filter(isJob)
  if (jobs.length > 0) await stage.clock.advance(Math.max(...jobs.map(dueAfter)))
  await stage.house.heard()
  return scene
}

async function fireBoth(
  scene: RaceScene,
  { acts, laterMs, swapped }: Race,
): Promise<RouteAnswer[]> {
  return Promise.all(
    acts.map(async (act, n) => {
      if ((n === 1) !== swapped) await comesLater(laterMs)
      return act.call(scene, n)
    }),
  )
}

/**
 * If two different calls wanted the same thing, one must have got it and the other must have been
 * refused.
 */
function rivals({ acts: [one, other] }: Race, answers: RouteAnswer[]): string[] {
  if (one.unique === undefined || one.unique !== other.unique) return []
  // two calls that make the same change may both succeed: nothing is lost then
  if (one === other && one.operation.startsWith('PATCH')) return []
  const statuses = answers.map(({ status }) => status)
  const [low = 0, high = 0] = statuses.toSorted((a, b) => a - b)
  return low < 300 && high >= 400 && high < 500 ? [] : [`one of two wins: ${String(statuses)}`]
}

async function claimed(
  scene: RaceScene,
  { acts }: Race,
  answers: RouteAnswer[],
): Promise<string[]> {
  const done = acts.map((act, n): AnsweredAct | null => {
    const answer = answers[n]
    if (!answer || !isTaken(answer)) return null
    return { act, claims: act.claims?.(scene, answer, n) ?? [] }
  })
  const faults: string[] = []
  for (const [n, mine] of done.entries()) {
    const other = done[1 - n] ?? null
    const undone = other?.act.undoes?.(scene) ?? []
    for (const claim of mine?.claims ?? []) {
      if (undone.some((begin) => claim.of.startsWith(begin))) continue
      faults.push(...(await holds(claim, other)))
    }
  }
  return faults
}

type AnsweredAct = { act: RaceAct; claims: PromisedFact[] }

/**
 * Checks that the claim holds, or that a different claim of the other call about the same thing
 * does.
 */
async function holds(
  { of, want, get }: PromisedFact,
  other: AnsweredAct | null,
): Promise<string[]> {
  const ends = of === 'its sign-in holds' && other?.act.endsLogins
  const wants = [
    ends ? 401 : want,
    ...(other?.claims ?? []).filter((one) => one.of === of).map((one) => one.want),
  ]
  const is = await get()
  if (wants.some((one) => isDeepStrictEqual(one, is))) return []
  return [`${of} is ${JSON.stringify(is)}, not ${JSON.stringify(wants)}`]
}

/** Checks what must be true after every race, whichever calls it has. */
async function invariants(scene: RaceScene): Promise<string[]> {
  const { house, companyId } = scene
  const { invariants: ask } = house.app.ports.store.read
  const customers = [scene.ids.paths['customers'] ?? '', scene.beside?.customerId ?? '']
  const sessions = await house.rows<{ session_id: string }>(
    'select session_id from message_session where company_id = ? and wx_user_id in (?, ?)',
    [companyId, ...customers],
  )
  const ids = sessions.map((one) => one.session_id)
  const breaches =
    ids.length === 0
      ? []
      : [
          ...(await ask.openKeys(companyId, ids)),
          ...(await ask.lines(companyId, ids)),
          ...(await ask.ledgers(companyId, ids)),
        ]
  const loads = (await ask.loads(companyId)).filter(
    ({ load, capacity, n }) => n !== load || load > capacity,
  )
  return [
    ...breaches.map(({ what }) => what),
    ...loads.map((one) => `load: ${JSON.stringify(one)}`),
    ...(await dangling(scene)),
  ]
}

/** Finds references to things that no longer exist, such as a rule that names a deleted group. */
async function dangling({ house, companyId, account }: RaceScene): Promise<string[]> {
  const ask = <T>(query: string) => house.rows<T>(query, [companyId])
  const groups = new Set(
    (
      await ask<{ id: number }>('select user_group_id as id from user_group where company_id = ?')
    ).map(({ id }) => id),
  )
  const named = [
    ...(await ask<{ what: string; id: number }>(
      "select 'a person' as what, user_group_id as id from user_group_member where company_id = ?",
    )),
    ...(await ask<{ what: string; id: number }>(
      "select 'a reception' as what, user_group_id as id from reception where company_id = ? and user_group_id is not null",
    )),
    ...(await ask<{ what: string; id: number }>(
      "select 'a group' as what, parent_id as id from user_group where company_id = ? and parent_id <> -1",
    )),
    ...(
      await ask<{ action: string }>('select action from message_rule where company_id = ?')
    ).flatMap(({ action }) =>
      stepsOf(JSON.parse(action) as Action).flatMap((step) =>
        step.kind === 'group' ? [{ what: 'a rule', id: step.groupId }] : [],
      ),
    ),
    ...(await ask<{ settings: string }>('select settings from company where company_id = ?'))
      .flatMap(({ settings }) => Object.keys(readSettings(settings).groups))
      .map((id) => ({ what: 'a setting', id: Number(id) })),
  ]
  const lanes = await ask<{ lane: string }>(
    'select distinct lane from message_session where company_id = ? and state = 3 and lane is not null',
  )
  const served = new Set([...groups].map((id) => groupLane(id, account.id)))
  return [
    ...named
      .filter(({ id }) => !groups.has(id))
      .map(({ what }) => `${what} names a group that is gone`),
    ...lanes
      .filter(({ lane }) => readLane(lane)?.kind === 'group' && !served.has(lane))
      .map(({ lane }) => `somebody waits in ${lane}, which is nobody's`),
    ...(
      await ask(
        'select q.quick_reply_id from quick_reply q left join quick_reply_group g on g.reply_group_id = q.reply_group_id' +
          ' where q.company_id = ? and q.reply_group_id is not null and g.reply_group_id is null',
      )
    ).map(() => 'a quick reply stands in a group that is gone'),
    ...(
      await ask(
        'select s.session_id from message_session s join user u on u.uid = s.uid' +
          ' where s.company_id = ? and s.state in (0, 1, 2) and u.enabled = 0',
      )
    ).map(() => 'a disabled person has a session'),
  ]
}

const replaysEnd = ({ house, companyId }: RaceScene) =>
  eventually(async () => {
    const query =
      "select state from rule_replay where company_id = ? and state in ('waiting', 'running')"
    assert.deepEqual(await house.rows(query, [companyId]), [])
  }, 'replay')

/**
 * Enables the company again, which ended all sign-ins when it was disabled, and signs in the people
 * whom `leave` does not restore.
 */
async function reopen(stage: RaceStage): Promise<void> {
  const { house, people, companyId, ask } = stage
  await ask('operator', `PATCH /api/companies/${companyId}`, { enabled: true })
  for (const who of ['boss', 'chief', 'small'] as RaceRole[]) {
    const { token } = await signIn(house.urls[0] ?? '', people[who].username)
    people[who] = { ...people[who], token }
  }
}

/** Cleans up after a race: nobody is left waiting, and everything that was changed is restored. */
async function leave(stage: RaceStage, scene: RaceScene, spoilt: Set<string>): Promise<void> {
  const open = await scene.house.rows<{ id: string }>(
    'select session_id as id from message_session where company_id = ? and open_key is not null',
    [scene.companyId],
  )
  const ids = open.map(({ id }) => id)
  if (ids.length > 0) {
    await scene.ask('boss', 'POST /api/sessions/close', { ids })
  }
  if (spoilt.has('replay')) await replaysEnd(scene)
  if (spoilt.has('settings')) await settle(stage)
  if (spoilt.has('account')) await renewAccount(stage)
  if (spoilt.has('owner') || spoilt.has('rights')) {
    await restore(stage, 'owner', { signedOut: spoilt.has('owner') })
  }
  if (spoilt.has('other')) await restore(stage, 'other', { signedOut: true })
}
