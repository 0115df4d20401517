// Writes everything that a batch decided, in the usual order of locks: customer, session, agents'
// loads, lines, outbox, ledger, and finally the rows that many transactions write. A row that
// several pushes changed is written once, in its final state.
import type { SessionRow } from '../../../entities/index.ts'
import { OutOfDate } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeEvents } from '../streams/write.ts'
import type { Counted, Effects } from './decide/effects.ts'
import type { BatchFacts, BatchSession } from './decide/facts.ts'

/**
 * `written`: passive answers that have reached WeChat; they are marked as sent in the same
 * transaction.
 */
type DecidedBatch = { facts: BatchFacts; effects: Effects[]; written: string[] }

export async function writeEffects(
  needs: Needs<'ids' | 'clock'>,
  unit: Unit,
  { facts, effects, written }: DecidedBatch,
): Promise<void> {
  const all = <T>(of: (one: Effects) => T[]) => effects.flatMap(of)
  if (effects.length > 0) {
    writeCustomers(unit, effects)
    writeSessions(unit, sessionsIn(effects))
    await writeLoads(unit, effects, facts)
  }
  unit.media.toFetch(all(({ fetches }) => fetches))
  unit.messages.insert(all(({ messages }) => messages))
  if (written.length > 0) unit.messages.passiveWritten(written)
  unit.outbox.insert(all(({ outbox }) => outbox))
  if (written.length > 0) unit.outbox.passiveWritten(written, facts.at)
  unit.sessions.writeLedger(all(({ ledger }) => ledger))
  unit.evaluations.addFirst(all(({ evaluations }) => evaluations))
  writeCounts(
    unit,
    all(({ counted }) => counted),
  )
  writeEvents(
    needs,
    unit,
    all(({ events }) => events),
  )
}

function writeCustomers(unit: Unit, effects: Effects[]): void {
  const customersOf = (some: Effects[]) =>
    lastOf(some.map(({ customer }) => [customer.wx_user_id, customer]))
  unit.customers.touch(customersOf(effects))
  unit.customers.belong(customersOf(effects.filter(({ belongs }) => belongs)))

  const visits = effects.flatMap(({ visit, visitChanged }) => (visitChanged && visit ? visit : []))
  if (visits.length > 0) {
    unit.visits.save(lastOf(visits.map((visit) => [visit.wx_user_id, visit])))
  }
  const trajectory = effects.flatMap((one) => one.trajectory)
  if (trajectory.length === 0) return
  unit.visits.insert(trajectory)
  unit.visits.forgetBefore(lastOf(trajectory.map((row) => [row.wx_user_id, row])))
}

/**
 * Returns the last row of each key. They are sorted by key, so that rows next to each other in the
 * database are written one after the other.
 */
const lastOf = <T>(rows: [string, T][]): T[] =>
  [...new Map(rows)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)

/** The sessions that were opened or changed, in their final state. */
export const sessionsIn = (effects: Effects[]): BatchSession[] =>
  lastOf(
    effects
      .flatMap(({ ended, open }) => (open ? [...ended, open] : ended))
      .map((session) => [session.row.session_id, session]),
  )

function writeSessions(unit: Unit, sessions: BatchSession[]): void {
  const stood = sessions.filter(({ isNew }) => !isNew)
  // sessions that end are changed before new ones are inserted, because a customer may have only
  // one open session
  for (const { row, step, patch } of stood) {
    if (step !== null) unit.sessions.change(row.company_id, row.session_id, patch)
  }
  unit.sessions.insert(rowsOf(sessions.filter(({ isNew }) => isNew)))
  unit.sessions.touch(rowsOf(stood.filter(({ hasNewLines }) => hasNewLines)))
  unit.sessions.rerank(rowsOf(stood.filter(({ isReranked }) => isReranked)))
}

const rowsOf = (sessions: BatchSession[]): SessionRow[] => sessions.map(({ row }) => row)

/**
 * Writes how many sessions agents were given or lost, in the order of uids. Agents were read
 * without a lock, so giving them a session succeeds only if they were given no other one meanwhile
 * and have room; otherwise the whole batch is decided anew.
 */
async function writeLoads(unit: Unit, effects: Effects[], { people }: BatchFacts): Promise<void> {
  const loads = loadsIn(effects)
  for (const [uid, { given, freed }] of [...loads].sort(([a], [b]) => a - b)) {
    for (let n = freed; n > 0; n -= 1) unit.loads.lower(uid)
    if (given === 0) continue
    const { turn = 0, turnRead = 0 } = people.get(uid) ?? {}
    if ((await unit.loads.give(uid, { sessions: given, turn, turnRead })) === 0) {
      throw new OutOfDate(`agent ${uid} was given somebody meanwhile`)
    }
  }
}

function loadsIn(effects: Effects[]): Map<number, { given: number; freed: number }> {
  const loads = new Map<number, { given: number; freed: number }>()
  const count = (uids: number[], what: 'given' | 'freed', by: 1 | -1) => {
    for (const uid of uids) {
      const load = loads.get(uid) ?? { given: 0, freed: 0 }
      load[what] += by
      loads.set(uid, load)
    }
  }
  for (const { given, withdrawn, freed } of effects) {
    count(given, 'given', 1)
    count(withdrawn, 'given', -1)
    count(freed, 'freed', 1)
  }
  return loads
}

/**
 * Counts visits by QR code. This is written late in the transaction, because many transactions want
 * the row of a popular code and would have to wait for it.
 */
function writeCounts(unit: Unit, counted: Counted[]): void {
  for (const id of [...new Set(counted.map(({ receptionId }) => receptionId))].sort()) {
    const more = { follows: 0, unfollows: 0, scans: 0 }
    for (const { receptionId, what } of counted) if (receptionId === id) more[what] += 1
    unit.visits.count(id, more)
  }
}
