// Who may what: every route of the router's own list, by everyone who may come to the door. What is meant stands beside each route
// (src/http/reach.ts); here it is compared with what happens.
import assert from 'node:assert/strict'
import test from 'node:test'
import { statusOf } from '../../src/http/error-handler.ts'
import type { ErrorCode } from '../../src/errors.ts'
import {
  callers,
  meant,
  standings,
  type Caller,
  type Meant,
  type Reach,
} from '../../src/http/reach.ts'
import { reachesOf, type Route } from '../../src/http/route.ts'
import { routes } from '../../src/http/routes.ts'
import { password, signIn, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { times } from '../support/full.ts'
import { openDraw, seedOf, type Draw } from '../support/random.ts'
import {
  callOf,
  fillOf,
  freshWord,
  operationOf,
  send,
  writes,
  type Answered,
  type Fill,
  type Ids,
  type Person,
  type Thing,
} from '../support/route-calls.ts'
import { changesIn, takeSnapshot, type Snapshot } from '../support/snapshot.ts'
import { openStage, usernameOf, type Stage } from '../support/stage.ts'

/** On what it is tried how a caller must stand. */
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
/** And of what a company has, by the word in the path. */
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

/** What is asked for differs by what it reaches. */
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

/** A session has a member and an exclusive agent only where it came so far, and a queued one has nobody. */
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

type Cell = { route: Route; reach: Reach; caller: Caller; thing: Thing | undefined; wants: Meant }
const cells: Cell[] = routes.flatMap((route) =>
  reachesOf(route).flatMap((reach) =>
    callers.map((caller) => {
      const thing = thingOf(route, reach)
      return { route, reach, caller, thing, wants: meant(route, reach, standingOn(thing, caller)) }
    }),
  ),
)
const nameOf = ({ route, reach, caller }: Cell) => `${operationOf(route)} (${reach}) by ${caller}`

type Door = { token: string | null; login: string }
type Rights = Stage & { doors: Record<Caller, Door>; companyId: string }

async function openRights(): Promise<Rights> {
  const stage = await openStage({ missed: 6, reclaimed: 6 })
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
  const doors = Object.fromEntries(
    Object.entries(people).map(([person, { token }]) => [
      person,
      { token, login: person === 'operator' ? 'admin' : usernameOf(person) },
    ]),
  ) as Record<Person, Door>
  return {
    ...stage,
    companyId: mine?.id ?? '',
    doors: {
      ...doors,
      nobody: { token: null, login: 'nobody' },
      disabled: { token: gone.token, login: 'gone' },
      expired: await company({ expiresAt: past }),
      foreign: await company({}),
    },
  }
}

async function ask(at: Rights, { route, reach, caller }: Cell, ids: Ids): Promise<Answered> {
  const { token, login } = at.doors[caller]
  const mine = { ...ids, fields: { ...ids.fields, login } }
  const call = callOf(route, mine, fillFor(route, reach))
  const own =
    call.operation === 'POST /api/logout' && token !== null && isAlive(caller)
      ? (await signIn(at.house.url, login)).token
      : token
  return send(at.house.url, own, call)
}
const isAlive = (caller: Caller) => !['nobody', 'disabled', 'expired'].includes(caller)

/** Of several that are named, each has its own answer. */
function statusOfAnswer({ status, body }: Answered): number {
  const [failed] = (body.failed ?? []) as { code: ErrorCode }[]
  return failed ? statusOf[failed.code] : status
}

/** Null: as it is meant. */
function whyNot(cell: Cell, answer: Answered, ids: Ids): string | null {
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

function whyNotShown(wants: Meant, { body }: Answered, { paths }: Ids): string | null {
  const isShown = Object.values(paths).some(
    (id) => id.length > 8 && JSON.stringify(body).includes(id),
  )
  if (wants === 'nothing') return isShown ? 'it is shown' : null
  return isShown ? null : 'it is not shown'
}

/** What was asked for before has ended: lines have gone out, a replay has run. */
const settled = (house: House) =>
  eventually(async () => {
    const open = await house.rows(
      "select outbox_id as id from outbox where state in ('pending', 'sending') union all select replay_id as id from rule_replay where state in ('waiting', 'running')",
    )
    assert.deepEqual(open, [])
  })

function byRoute(some: Cell[]): Cell[][] {
  const groups = new Map<string, Cell[]>()
  for (const cell of some) {
    const key = `${operationOf(cell.route)} ${cell.reach}`
    groups.set(key, [...(groups.get(key) ?? []), cell])
  }
  return [...groups.values()]
}

async function refusals(at: Rights, wished: Cell[], base: Map<Thing, Ids>): Promise<string[]> {
  const faults: string[] = []
  let before = await takeSnapshot(at.house)
  for (const group of byRoute(wished)) {
    for (const cell of group) {
      const ids = (cell.thing && base.get(cell.thing)) ?? (await at.idsOf())
      const why = whyNot(cell, await ask(at, cell, ids), ids)
      if (why) faults.push(`${nameOf(cell)}: ${why}`)
    }
    const after = await takeSnapshot(at.house)
    // a try to sign in is counted
    const ignored = group[0]?.reach === 'credentials' ? ['login_log'] : []
    const changed = changesIn(before, after, ignored)
    if (changed.length > 0) {
      faults.push(`${nameOf(group[0]!)} … changed although all were refused: ${changed.join('\n')}`)
    }
    before = after
  }
  return faults
}

/** Whoever may write needs something new each time: of those who may, so many are drawn. All who may look do so. */
const drawn = (may: Cell[], draw: Draw): Cell[] =>
  byRoute(may).flatMap((group) => {
    if (!writes(group[0]!.route)) return group
    const left = [...group]
    const taken: Cell[] = []
    while (left.length > 0 && taken.length < times(2, callers.length)) {
      taken.push(...left.splice(draw.below(left.length), 1))
    }
    return taken
  })

async function allowances(at: Rights, wished: Cell[], base: Map<Thing, Ids>): Promise<string[]> {
  const faults: string[] = []
  // who only looks comes first: nothing has been taken yet
  const inOrder = [...wished].sort((a, b) => Number(writes(a.route)) - Number(writes(b.route)))
  for (const cell of inOrder) {
    const there = writes(cell.route) ? null : cell.thing && base.get(cell.thing)
    const ids = there ?? (await at.idsOf(cell.thing))
    const before = isOfOthers(cell) ? await takeSnapshot(at.house, at.companyId) : null
    const why = whyNot(cell, await ask(at, cell, ids), ids)
    if (why) faults.push(`${nameOf(cell)}: ${why}`)
    // one runs at a time
    if (operationOf(cell.route) === 'POST /api/rules/replay') await settled(at.house)
    if (before) faults.push(...(await changesSince(at, before, cell)))
  }
  return faults
}

/** What they do in their own company. */
const isOfOthers = ({ caller, reach }: Cell) => caller === 'foreign' && reach !== 'anyone'

async function changesSince(at: Rights, before: Snapshot, cell: Cell): Promise<string[]> {
  await settled(at.house)
  const changed = changesIn(before, await takeSnapshot(at.house, at.companyId))
  return changed.map((line) => `${nameOf(cell)} changed another company: ${line}`)
}

void test('every route answers everyone as it is meant, and what it refuses changes nothing and sends nothing', async (t) => {
  const at = await openRights()
  t.after(() => at.house.close())
  assert.ok(callers.length >= standings.length + 6 && cells.length > 1000)
  const base = new Map<Thing, Ids>()
  for (const thing of new Set(cells.map((cell) => cell.thing))) {
    if (thing) base.set(thing, await at.idsOf(thing))
  }
  await at.house.heard()
  await settled(at.house)
  const refused = cells.filter(({ wants }) => wants !== 'yes')
  const seed = seedOf()
  const allowed = drawn(
    cells.filter(({ wants }) => wants === 'yes'),
    openDraw(seed),
  )
  const faults = [...(await refusals(at, refused, base)), ...(await allowances(at, allowed, base))]
  assert.equal(faults.length, 0, faults.join('\n'))
  t.diagnostic(
    `${routes.length} routes, ${cells.length} cells, ${refused.length} refused, ${allowed.length} allowed (KEFU_SEED=${seed})`,
  )
})
