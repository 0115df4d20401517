import type { SessionRow } from '../../../entities/index.ts'
import { isOpen } from '../../../rules/session/session.ts'
import { group, queued } from '../../../rules/session/states.ts'
import { looksBackTo, waitMs } from '../../../rules/session/queue-wait.ts'
import { openKey } from '../lines/new-rows.ts'
import { settingsOf } from '../settings-of.ts'
import { presentSession } from '../../views/session.ts'
import type { Needs } from '../../ports.ts'

export type ShownSession = Awaited<ReturnType<typeof presentSessions>>[number]
export type PresentNeeds = Needs<'store' | 'known' | 'queue' | 'clock'>

/**
 * Sessions in the form the API shows, each with its customer, last line, place in the queue,
 * members and grades.
 */
export async function presentSessions(needs: PresentNeeds, companyId: string, rows: SessionRow[]) {
  if (rows.length === 0) return []
  const { read } = needs.store
  const customers = new Map(
    (
      await read.customers.byIds(
        companyId,
        rows.map((row) => row.wx_user_id),
      )
    ).map((customer) => [customer.wx_user_id, customer]),
  )
  const lastIds = rows.map((row) => row.last_message_id).filter((id) => id !== null)
  const lasts = new Map(
    (lastIds.length > 0 ? await read.messages.byIds(lastIds) : []).map((line) => [
      line.message_id,
      line,
    ]),
  )
  const now = needs.clock.now()
  const bound = new Set(
    rows.some(({ state }) => isOpen(state)) ? await read.accounts.bound(companyId) : [],
  )
  const queue = await standings(needs, companyId, { rows, now })
  const beside = await standsBeside(needs, companyId, rows)
  const missed = await missedAmong(needs, companyId, rows)
  return rows.map((row) => {
    const customer = customers.get(row.wx_user_id)
    if (!customer) throw new Error(`session ${row.session_id} without its customer`)
    return presentSession(row, {
      customer,
      last: lasts.get(row.last_message_id ?? '') ?? null,
      queue: queue.get(row.session_id) ?? null,
      isBound: bound.has(row.account_id),
      now,
      missed: missed(row.session_id),
      ...beside(row.session_id),
    })
  })
}

/**
 * Finds out which of these sessions are missed. Only closed ones can be, so the database is not
 * asked for lists that contain none.
 */
async function missedAmong(needs: Needs<'store' | 'known'>, companyId: string, rows: SessionRow[]) {
  const { read } = needs.store
  const ended = rows.filter((row) => row.open_key === null).map((row) => row.session_id)
  const missed = ended.length > 0 ? await read.missed.among(companyId, ended) : []
  const keys = missed.map(openKey)
  const open = missed.length > 0 ? await read.sessions.openAmong(keys) : new Set<string>()
  const reserve = missed.length > 0 && (await settingsOf(needs, companyId)).reserveLastReply
  return (id: string) => {
    const row = missed.find((one) => one.session_id === id)
    return row ? { at: row.at, isBack: open.has(openKey(row)), reserve } : null
  }
}

async function standings(
  { store, queue }: PresentNeeds,
  companyId: string,
  { rows, now }: { rows: SessionRow[]; now: number },
) {
  const inQueue = rows.flatMap(({ session_id: id, lane, state }) =>
    state === queued && lane !== null ? [{ id, lane }] : [],
  )
  const lanes = [...new Set(inQueue.map(({ lane }) => lane))]
  const left = new Map(
    await Promise.all(
      lanes.map(async (lane): Promise<[string, number[]]> => [
        lane,
        await store.read.streams.leftLane(companyId, lane, looksBackTo(now)),
      ]),
    ),
  )
  const found = await Promise.all(
    inQueue.map(async ({ id, lane }) => {
      const before = await queue.position(companyId, lane, id)
      return before === null
        ? []
        : [
            [
              id,
              { position: before + 1, waitMs: waitMs(before, left.get(lane) ?? [], now) },
            ] as const,
          ]
    }),
  )
  return new Map(found.flat())
}

async function standsBeside(
  { store: { read } }: Needs<'store'>,
  companyId: string,
  rows: SessionRow[],
) {
  const groups = rows.filter((row) => row.state === group).map((row) => row.session_id)
  const members = groups.length > 0 ? await read.members.of(companyId, groups) : []
  // a fence of 0 means the session never had an owner, and such sessions are not graded
  const had = rows.filter((row) => row.fence > 0).map((row) => row.session_id)
  const evaluations = had.length > 0 ? await read.evaluations.of(companyId, had) : []
  return (id: string) => ({
    memberUids: members.filter((row) => row.session_id === id).map((row) => row.uid),
    evaluations: evaluations.filter((row) => row.session_id === id),
  })
}
