// Compares what clients and WeChat were told with the database: a part every few seconds,
// everything from time to time.
import { performance } from 'node:perf_hooks'
import { marks } from '../marks.ts'
import { slices, type RunFacts } from './facts.ts'
import { askSelfCheck } from './self-check.ts'
import type { Journal } from './journal.ts'
import type { Rows } from './look.ts'
import { openFired } from './fired.ts'
import { checkLedgers, checkStale } from './owners.ts'
import { checkReplies } from './replies.ts'
import type { Attempt } from './followers.ts'
import { houseKinds } from './plan.ts'
import { openJobs } from './slots.ts'
import type { Promises } from './promises.ts'
import { openSends } from './sends.ts'
import { struckBetween } from './strikes.ts'
import { checkOrder, checkTwins } from './stored.ts'
import { openUnknowns } from './unknowns.ts'

export type Checks = {
  light: () => Promise<void>
  whole: (last: boolean) => Promise<void>
  /** Lists as text what is still unfinished at this moment, such as replies that were not sent. */
  left: () => Promise<string[]>
  drained: (left: string[]) => Promise<void>
  looks: () => number
}

export function openChecks(facts: RunFacts): Checks {
  const { world, journal, promises } = facts
  const sends = openSends(world)
  const acknowledged = openAcknowledged(facts)
  const [unknowns, fired, slots] = [openUnknowns(facts, sends), openFired(facts), openJobs(facts)]
  let looks = 0
  return {
    light: async () => {
      await sends.read()
      const fresh = acknowledged()
      await world.look.once(async (rows) => {
        await oneSession(rows, promises)
        await fresh(rows)
        await unknowns(rows)
        await fired(rows)
        await slots.look(rows)
      })
      await askSelfCheck(facts)
      looks += 1
    },
    whole: async (last) => {
      const before = journal.entries.slice()
      // reads WeChat's record before the database, because whatever has arrived at WeChat was
      // stored before it was sent
      await sends.read()
      await world.look.once(async (rows) => {
        await checkTwins(rows, { before, promises, last })
        await checkOrder(rows, { before, promises, last })
        await checkLedgers(rows, { before, promises, last })
        await checkReplies(rows, { before, promises, last, sends })
      })
      checkStale({ before, promises, last })
      if (last) unknowns.judgeAll()
      looks += 1
    },
    left: async () => [
      ...(await world.look.once(async (rows) => [
        ...(await openReplies(rows)),
        ...(await fired.overdue(rows)),
        ...(await slots.behind(rows)),
      ])),
      ...(await askSelfCheck(facts)),
    ],
    drained: async (left) => {
      for (const one of left) {
        const [id, ...words] = one.split(' ') as ['P10', ...string[]]
        promises.broke(id, `${words.join(' ')} 120 s after the last strike`, [])
      }
    },
    looks: () => looks,
  }
}

const openReplies = async (rows: Rows) =>
  (
    await rows<{ outbox_id: string; state: string; way: string }>(
      "select outbox_id, state, way from outbox where state in ('pending', 'sending')",
    )
  ).map(({ outbox_id, state, way }) => `P10 reply ${outbox_id} (${way}) is ${state}`)

async function oneSession(rows: Rows, promises: Promises): Promise<void> {
  const two = await rows<{ wx_user_id: string }>(
    'select wx_user_id from message_session where state in (0, 1, 2, 3) group by wx_user_id having count(*) > 1',
  )
  promises.saw('P6')
  for (const { wx_user_id: id } of two) {
    promises.broke('P6', `customer ${id} has two open sessions`, [id])
  }
}

/**
 * Checks that everything answered since the last check is stored; the answers are collected before
 * the check begins.
 */
function openAcknowledged(facts: RunFacts) {
  const { journal, promises } = facts
  let done = 0
  const stalls = openStalls()
  return () => {
    const to = journal.entries.length
    const entries = journal.entries.slice(done, to)
    return async (rows: Rows) => {
      await checkThere(rows, entries, promises)
      checkAnswerTimes(entries, facts, stalls)
      checkServed(entries, facts)
      done = to
    }
  }
}

async function checkThere(
  rows: Rows,
  entries: Journal['entries'],
  promises: Promises,
): Promise<void> {
  const pushes = entries.filter(({ op, outcome }) => op === 'push' && outcome === 'ok')
  for (const some of slices(pushes, 300)) {
    const keys = some.map(({ detail }) => `m:${detail.msgId}`)
    const found = await rows<{ dedup_key: string }>(
      `select dedup_key from inbox where dedup_key in (${marks(keys)})`,
      keys,
    )
    const there = new Set(found.map((row) => row.dedup_key))
    promises.saw('P1', some.length)
    for (const { detail } of some) {
      if (there.has(`m:${detail.msgId}`)) continue
      promises.broke('P1', `push ${detail.msgId} was answered and is not stored`, [detail.msgId])
    }
  }
  const replies = entries.filter(({ detail }) => detail.messageId !== undefined)
  for (const some of slices(replies, 300)) {
    const ids = some.map(({ detail }) => detail.messageId as string)
    const found = await rows<{ message_id: string }>(
      `select message_id from message_data join outbox on outbox_id = message_id where message_id in (${marks(ids)})`,
      ids,
    )
    const there = new Set(found.map((row) => row.message_id))
    promises.saw('P10', some.length)
    for (const id of ids) {
      if (!there.has(id)) promises.broke('P10', `reply ${id} was accepted and is not there`, [id])
    }
  }
}

/**
 * While a server is away the product answers 503, and nginx may answer too. On a full disk any
 * answer is possible.
 */
function checkServed(entries: Journal['entries'], { promises, strikes }: RunFacts): void {
  for (const { client, op, key, detail, begin, end } of entries) {
    if (struckBetween(strikes, { from: begin - 1000, to: end }, ['fullDisk'])) continue
    const attempts = (detail.attempts ?? []) as { status: number | null }[]
    const statuses = [detail, ...attempts].map(({ status }) => status).filter(Boolean)
    promises.saw('served', statuses.length)
    if (!statuses.includes(500)) continue
    promises.broke('served', `${client}: ${op} ${key} is answered with 500`, [key])
  }
}

const answeredWithinMs = 4500
/**
 * For this long after a disturbance a push may stay without an answer, because a process needs it
 * to start again. Until then that is no breach.
 */
const mendedWithinMs = 10_000

/**
 * `stalls`: periods in which this process itself stood still, so that its simulator could not
 * receive answers.
 */
function checkAnswerTimes(
  entries: Journal['entries'],
  { promises, strikes }: RunFacts,
  stalls: (from: number, to: number) => number,
): void {
  for (const { op, detail, begin, end } of entries) {
    if (op !== 'push' || !detail.attempts) continue
    const isCalm = !struckBetween(strikes, { from: begin - mendedWithinMs, to: end }, houseKinds)
    for (const { status, outcome, ms } of detail.attempts as Attempt[]) {
      const isLost = outcome === 'timeout' && isCalm
      if (status !== 200 && !isLost) continue
      promises.saw('P4')
      if (ms - stalls(begin, end) <= answeredWithinMs) continue
      promises.broke(
        'P4',
        `push ${detail.msgId} was answered after ${ms} ms${isLost ? ', or never' : ''}`,
        [detail.msgId],
      )
    }
  }
}

/**
 * Measures how long this process stood still, because its simulator could not receive answers in
 * that time.
 */
function openStalls() {
  const everyMs = 50
  const all: { at: number; ms: number }[] = []
  let last = performance.now()
  setInterval(() => {
    const at = performance.now()
    if (at - last > 2 * everyMs) all.push({ at, ms: at - last - everyMs })
    last = at
  }, everyMs).unref()
  return (from: number, to: number) =>
    all.filter(({ at, ms }) => at > from && at - ms < to).reduce((sum, { ms }) => sum + ms, 0)
}
