// All kinds of callers, and what each route must answer each of them.
import { statusOf } from '../../src/http/engine/error-handler.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { callers, meant, type Caller, type Meant, type Reach } from '../../src/http/engine/reach.ts'
import { reachesOf, type Route } from '../../src/http/engine/route.ts'
import { routes } from '../../src/http/routes.ts'
import { password, signIn } from './app.ts'
import {
  callOf,
  fillOf,
  freshWord,
  operationOf,
  send,
  type RouteAnswer,
  type Fill,
  type RouteIds,
  type Person,
  type Thing,
} from './route-calls.ts'
import { openStage, usernameOf, type Stage, type StageOptions } from './stage.ts'

/** For each relation between a caller and a thing, the kind of thing with which a test tries it. */
const thingOfReach: Partial<Record<Reach, Thing>> = {
  'session.read': 'session',
  'session.list': 'session',
  'session.accept': 'waiting',
  'session.direct': 'session',
  'session.write': 'session',
  'session.leave': 'session',
  'session.look': 'session',
  'session.supervise': 'session',
  'missed.dismiss': 'missed',
  'queue.read': 'queued',
  'queue.claim': 'queued',
  'queue.next': 'queued',
  'customer.list': 'session',
  'customer.describe': 'session',
  'customer.assign': 'session',
  'customer.start': 'silent',
  'line.settle': 'failedLine',
}
/** The kind of thing whose id follows a word in the path, as in `/companies/:id`. */
const thingOfWord: Record<string, Thing> = {
  companies: 'company',
  accounts: 'account',
  users: 'user',
  groups: 'group',
  media: 'media',
  receptions: 'reception',
  replay: 'replay',
  rules: 'rule',
}
const replies = (route: Route, reach: Reach): Thing | undefined => {
  const isGroup = route.path.startsWith('/api/quick-reply-groups')
  if (reach === 'reply.own') return isGroup ? 'ownReplyGroup' : 'ownReply'
  return isGroup ? 'sharedReplyGroup' : 'sharedReply'
}

function thingOf(route: Route, reach: Reach): Thing | undefined {
  if (reach.startsWith('reply.')) return replies(route, reach)
  const word = /\/([\w-]+)\/:(?:id|uid)/.exec(route.path)?.[1] ?? ''
  return thingOfReach[reach] ?? fillOf(route).of ?? thingOfWord[word]
}

/**
 * Returns how to make a valid call of this route; some bodies depend on what the caller may reach.
 */
function fillFor(route: Route, reach: Reach): Fill {
  const fill = fillOf(route)
  const { body } = fill
  if (reach === 'customer.assign') return { ...fill, body: () => ({ priority: 3 }) }
  if (reach === 'reply.keep' && route.method === 'post') {
    return { ...fill, body: (...given) => ({ ...body?.(...given), scope: 'shared' }) }
  }
  if (reach === 'session.list') return { ...fill, query: () => ({ state: 'active', limit: '200' }) }
  return fill
}

/**
 * The relations that a caller can have to a kind of thing, where not all are possible: there is a
 * member only in a group chat, and a queued session has no owner.
 */
const knows: Partial<Record<Thing, readonly string[]>> = {
  waiting: ['owner', 'former'],
  missed: ['owner', 'former'],
  queued: [],
  silent: [],
  ownReply: ['owner'],
  ownReplyGroup: ['owner'],
}
function standingOn(thing: Thing | undefined, caller: Caller): Caller {
  const known = thing && knows[thing]
  const isRelated = ['former', 'member', 'exclusive', 'owner'].includes(caller)
  return known && isRelated && !known.includes(caller) ? 'stranger' : caller
}

export type Cell = {
  route: Route
  reach: Reach
  caller: Caller
  thing: Thing | undefined
  wants: Meant
}
export const cells: Cell[] = routes.flatMap((route) =>
  reachesOf(route).flatMap((reach) =>
    callers.map((caller) => {
      const thing = thingOf(route, reach)
      return { route, reach, caller, thing, wants: meant(route, reach, standingOn(thing, caller)) }
    }),
  ),
)
export const nameOf = ({ route, reach, caller }: Cell) =>
  `${operationOf(route)} (${reach}) by ${caller}`

type CallerSignIn = { token: string | null; login: string }
export type Rights = Stage & { signIns: Record<Caller, CallerSignIn>; companyId: string }

export async function openRights(options: StageOptions = {}): Promise<Rights> {
  const stage = await openStage({ missed: 6, reclaimed: 6, ...options })
  const { house, people } = stage
  const company = async (about: object) => {
    const login = freshWord()
    const { body } = await people.operator.call('POST', '/api/companies', {
      name: login,
      admin: { username: login, password },
    })
    const { token } = await signIn(house.url, login)
    await people.operator.call('PATCH', `/api/companies/${body.id}`, about)
    return { token, login }
  }
  const gone = await house.agent('gone', { role: 'admin' })
  await people.operator.call('PATCH', `/api/users/${gone.uid}`, { enabled: false })
  const past = new Date(house.app.ports.clock.now() - 1000).toISOString()
  const [mine] = await house.rows<{ id: string }>(
    'select company_id as id from user where username = ?',
    ['owner'],
  )
  const signIns = Object.fromEntries(
    Object.entries(people).map(([person, { token }]) => [
      person,
      { token, login: person === 'operator' ? 'admin' : usernameOf(person) },
    ]),
  ) as Record<Person, CallerSignIn>
  return {
    ...stage,
    companyId: mine?.id ?? '',
    signIns: {
      ...signIns,
      nobody: { token: null, login: 'nobody' },
      disabled: { token: gone.token, login: 'gone' },
      expired: await company({ expiresAt: past }),
      foreign: await company({}),
    },
  }
}

export async function ask(
  at: Rights,
  { route, reach, caller }: Cell,
  ids: RouteIds,
): Promise<RouteAnswer> {
  const { token, login } = at.signIns[caller]
  const mine = { ...ids, fields: { ...ids.fields, login } }
  const call = callOf(route, mine, fillFor(route, reach))
  const own =
    call.operation === 'POST /api/logout' && token !== null && isAlive(caller)
      ? (await signIn(at.house.url, login)).token
      : token
  return send(at.house.url, own, call)
}
const isAlive = (caller: Caller) => !['nobody', 'disabled', 'expired'].includes(caller)

/**
 * The status that counts for an answer. A call that names several things has a result for each, so
 * the first failure in its list counts.
 */
function statusOfAnswer({ status, body }: RouteAnswer): number {
  const [failed] = (body.failed ?? []) as { code: ErrorCode }[]
  return failed ? statusOf[failed.code] : status
}

/** Why the answer to a call is not as the route declares; null if it is. */
export function whyNot(cell: Cell, answer: RouteAnswer, ids: RouteIds): string | null {
  const { wants } = cell
  const status = statusOfAnswer(answer)
  const fits = typeof wants === 'number' ? status === wants : status < 400
  if (!fits) return `${wants} is meant: ${status} ${JSON.stringify(answer.body).slice(0, 200)}`
  return typeof wants === 'number' || !isList(cell) ? null : whyNotShown(wants, answer, ids)
}

const isList = ({ route, thing }: Cell) =>
  route.method === 'get' &&
  !route.path.includes(':') &&
  (thing === 'session' || /Reply(Group)?$/.test(thing ?? ''))

function whyNotShown(wants: Meant, { body }: RouteAnswer, { paths }: RouteIds): string | null {
  const isShown = Object.values(paths).some(
    (id) => id.length > 8 && JSON.stringify(body).includes(id),
  )
  if (wants === 'nothing') return isShown ? 'it is shown' : null
  return isShown ? null : 'it is not shown'
}
