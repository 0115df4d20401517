// Compares the declared rights with reality: every route is called as every kind of caller. What is
// declared is next to each route (src/http/engine/reach.ts).
import assert from 'node:assert/strict'
import test from 'node:test'
import { callers, standings, type Meant, type Reach } from '../../src/http/engine/reach.ts'
import { routes } from '../../src/http/routes.ts'
import type { House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { times } from '../support/full.ts'
import { openDraw, seedOf, type Draw } from '../support/random.ts'
import {
  ask,
  cells,
  nameOf,
  openRights,
  whyNot,
  type Cell,
  type Rights,
} from '../support/rights.ts'
import { operationOf, writes, type RouteIds, type Thing } from '../support/route-calls.ts'
import { changesIn, takeSnapshot, type Snapshot } from '../support/snapshot.ts'

/** Waits until earlier calls have had their effect: lines have been sent, a replay has ended. */
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

async function refusals(at: Rights, wished: Cell[], base: Map<Thing, RouteIds>): Promise<string[]> {
  const faults: string[] = []
  let before = await takeSnapshot(at.house)
  for (const group of byRoute(wished)) {
    for (const cell of group) {
      const ids = (cell.thing && base.get(cell.thing)) ?? (await at.idsOf())
      const why = whyNot(cell, await ask(at, cell, ids), ids)
      if (why) faults.push(`${nameOf(cell)}: ${why}`)
    }
    const after = await takeSnapshot(at.house)
    // the log of sign-ins is left out of the comparison, because attempts to sign in are always
    // recorded
    const ignored = group[0]?.reach === 'credentials' ? ['login_log'] : []
    const changed = changesIn(before, after, ignored)
    if (changed.length > 0) {
      faults.push(`${nameOf(group[0]!)} … changed although all were refused: ${changed.join('\n')}`)
    }
    before = after
  }
  return faults
}

/**
 * A call that writes needs a new thing each time, so only some of those that must succeed are
 * drawn. All calls that only read are made.
 */
const drawn = (may: Cell[], draw: Draw, few: number): Cell[] =>
  byRoute(may).flatMap((group) => {
    if (!writes(group[0]!.route)) return group
    const left = [...group]
    const taken: Cell[] = []
    while (left.length > 0 && taken.length < times(few, callers.length)) {
      taken.push(...left.splice(draw.below(left.length), 1))
    }
    return taken
  })

async function allowances(
  at: Rights,
  wished: Cell[],
  base: Map<Thing, RouteIds>,
): Promise<string[]> {
  const faults: string[] = []
  // calls that only read come first, before calls that write have used up what they read
  const inOrder = [...wished].sort((a, b) => Number(writes(a.route)) - Number(writes(b.route)))
  for (const cell of inOrder) {
    const there = writes(cell.route) ? null : cell.thing && base.get(cell.thing)
    const ids = there ?? (await at.idsOf(cell.thing))
    const before = isOfOthers(cell) ? await takeSnapshot(at.house, at.companyId) : null
    const why = whyNot(cell, await ask(at, cell, ids), ids)
    if (why) faults.push(`${nameOf(cell)}: ${why}`)
    // only one replay can run at a time, so this one must have ended before the next call
    if (operationOf(cell.route) === 'POST /api/rules/replay') await settled(at.house)
    if (before) faults.push(...(await changesSince(at, before, cell)))
  }
  return faults
}

/**
 * Whether somebody of another company makes the call within their own company, so that nothing of
 * our company may change.
 */
const isOfOthers = ({ caller, reach }: Cell) => caller === 'foreign' && reach !== 'anyone'

async function changesSince(at: Rights, before: Snapshot, cell: Cell): Promise<string[]> {
  await settled(at.house)
  const changed = changesIn(before, await takeSnapshot(at.house, at.companyId))
  return changed.map((line) => `${nameOf(cell)} changed another company: ${line}`)
}

/**
 * Returns the calls whose answer is not as declared. `few` of the successful writes are drawn for
 * each route.
 */
async function compare(at: Rights, all: Cell[], few: number) {
  const base = new Map<Thing, RouteIds>()
  for (const thing of new Set(all.map((cell) => cell.thing))) {
    if (thing) base.set(thing, await at.idsOf(thing))
  }
  await at.house.heard()
  await settled(at.house)
  const seed = seedOf()
  const refused = all.filter(({ wants }) => wants !== 'yes')
  const allowed = drawn(
    all.filter(({ wants }) => wants === 'yes'),
    openDraw(seed),
    few,
  )
  const faults = [...(await refusals(at, refused, base)), ...(await allowances(at, allowed, base))]
  const told = `${routes.length} routes, ${all.length} cells: ${refused.length} refused, ${allowed.length} allowed (KEFU_SEED=${seed})`
  return { faults, told }
}

void test('every route answers each kind of caller as declared, and a refused call changes and sends nothing', async (t) => {
  const at = await openRights()
  t.after(() => at.house.close())
  assert.ok(callers.length >= standings.length + 6 && cells.length > 1000)
  const { faults, told } = await compare(at, cells, 2)
  assert.equal(faults.length, 0, faults.join('\n'))
  t.diagnostic(told)
})

/**
 * What callers get who serve the account but belong only to the outer of two nested groups, while
 * all sessions come through the inner one. Only in these cases the answer differs from what the
 * routes declare.
 */
const inOuterGroup: Partial<Record<Reach, Meant>> = { 'queue.claim': 403, 'customer.start': 'yes' }
const ofPeople = /^(session|queue|customer|missed|line)\./

void test('when sessions wait for a group inside another group, members of the outer group get no right to them, and every route answers as declared', async (t) => {
  const at = await openRights({ nested: true, reclaimed: 0 })
  t.after(() => at.house.close())
  const there = cells
    .filter(({ reach }) => ofPeople.test(reach))
    .map((cell) => {
      const wants = cell.caller === 'elsewhere' && inOuterGroup[cell.reach]
      return wants ? { ...cell, wants } : cell
    })
  const { faults, told } = await compare(at, there, 1)
  assert.equal(faults.length, 0, faults.join('\n'))
  t.diagnostic(told)
})
