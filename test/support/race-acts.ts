// For each route that writes: what it changes, in which variants it is called in a race, and what
// must be true afterwards unless it was refused.
import { dayMs, minuteMs } from '../../rules/session/timers.ts'
import type { Route } from '../../src/http/engine/route.ts'
import { type RaceAct, type ThingKind, type RaceWay, kindsByPath } from './race-act.ts'
import { keys, pushed, quickReplyBody, ruleBody } from './race-claims.ts'
import { byField, readsOnly } from './race-fields.ts'
import { type RaceScene, type State, type RaceRole, callTo, fire, ok, push } from './race-stage.ts'
import { companyWays } from './race-ways-company.ts'
import { sessionWays } from './race-ways-sessions.ts'
import { textWays } from './race-ways-texts.ts'
import { callOf, fillOf, operationOf } from './route-calls.ts'

/**
 * Further variants of calls for races, where the single valid call of route-calls.ts is not enough.
 */
const ways = { ...companyWays, ...sessionWays, ...textWays }

const who: Record<string, RaceRole> = {
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

export function kindOf(path: string): ThingKind {
  const found = Object.entries(kindsByPath).find(([begin]) => path.startsWith(begin))
  if (found) return found[1]
  throw new Error(
    `${path} writes, and nothing says what: name its rows in test/support/race-act.ts (kindsByPath), and its ways in race-ways-*.ts if one call is` +
      ' not enough.',
  )
}

/** All calls that can be raced: every variant of every route that writes, and every job. */
export function actsOf(routes: Route[], jobs: string[]): RaceAct[] {
  const all = routes.flatMap((route): RaceAct[] => {
    const operation = operationOf(route)
    if (readsOnly.has(operation)) return []
    if (operation === 'POST /api/admin/jobs/:name/run') return jobs.map(jobAct)
    const fields = byField(route)
    const mine = [...(ways[operation] ?? (fields ? [] : [{}])), ...(fields ? [fields] : [])]
    return mine.map((way) => actOf(route, way))
  })
  return [...all, ...pushActs]
}

/**
 * Who makes a call. Calls by which people change something about themselves, such as their
 * presence, are made by the agent in the role `owner`, because that is the agent whose row and
 * whose session a race is about: made by somebody else they would change another row and compete
 * with nothing. Every other call is made by somebody who is allowed to make it.
 */
const whoCalls = (of: ThingKind, by: string): RaceRole =>
  of === 'person' && by === 'stranger' ? 'owner' : (who[by] ?? 'boss')

function actOf(route: Route, way: RaceWay): RaceAct {
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

const dueIn: Record<string, number> = { reclaim: dayMs + minuteMs }

const jobAct = (name: string): RaceAct => ({
  name: `job ${name}`,
  operation: 'POST /api/admin/jobs/:name/run',
  kinds: ['session'],
  call: (scene, n) => {
    const path = `/api/admin/jobs/${name}/run`
    return fire(scene, n, { by: 'boss', call: callTo(`POST ${path}`, {}) })
  },
})

export const isJob = ({ name }: RaceAct) => name.startsWith('job ')

/** How far the clock is moved before the call, so that a job has something to do. */
export const dueAfter = ({ name }: RaceAct) => dueIn[name.slice('job '.length)] ?? 2 * minuteMs

const pushActs: RaceAct[] = [
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

/** For each kind of thing, creates what the calls of a race are about, and nothing more. */
export const makers: Partial<Record<ThingKind, (scene: RaceScene) => Promise<void>>> = {
  group: async (scene) => {
    const { ask, people, ids } = scene
    const above = ok(await ask('boss', 'POST /api/groups', { name: 'above' }))
    const group = ok(await ask('boss', 'POST /api/groups', { name: 'group' }))
    ids.fields['parentId'] = String(above.id)
    ids.paths['groups'] = ids.fields['groupId'] = String(group.id)
    ok(await ask('boss', `PATCH /api/users/${people.other.uid}`, { groupIds: [group.id] }))
  },
  rule: async ({ ask, ids }) => {
    ids.paths['rules'] = ok(await ask('boss', 'POST /api/rules', ruleBody('before'))).id
  },
  reply: async ({ ask, ids }) => {
    const body = { ...quickReplyBody(9), scope: 'shared' }
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
