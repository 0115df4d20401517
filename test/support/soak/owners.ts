// Checks who owned each session, according to its ledger and to what people were told.
import { queued } from '../../../rules/session/states.ts'
import type { JournalEntry } from './journal.ts'
import type { Rows } from './look.ts'
import type { Promises } from './promises.ts'
import { countIf, grouped, type Whole } from './whole.ts'

type OwnerStep = {
  session_id: string
  n: number
  from_state: number | null
  to_state: number
  fence: number
  uid: number | null
  reason: string | null
}

/**
 * Checks each session's ledger: it must explain who owns the session, and everyone who was told
 * that they own it must be in it.
 */
export async function checkLedgers(rows: Rows, whole: Whole): Promise<void> {
  const { before, promises } = whole
  const steps = grouped(
    await rows<OwnerStep>(
      'select session_id, n, from_state, to_state, fence, uid, reason from session_ledger order by session_id, n',
    ),
    ({ session_id }) => session_id,
  )
  const sessions = await rows<{ session_id: string; state: number; fence: number; uid: number }>(
    'select session_id, state, fence, uid from message_session',
  )
  countIf(whole, 'P8', sessions.length)
  for (const { session_id: id, ...session } of sessions) {
    const why = brokenIn(steps.get(id) ?? [], session)
    if (why) promises.broke('P8', `session ${id}: ${why}`, [id])
  }
  const told = before.filter(
    ({ op, outcome, detail }) => owning.includes(op) && outcome === 'ok' && detail.id !== undefined,
  )
  countIf(whole, 'P8', told.length)
  for (const { detail } of told) {
    const { id, agentUid, fence } = detail
    if (steps.get(id)?.some((step) => step.uid === agentUid && step.fence === fence)) continue
    promises.broke(
      'P8',
      `${agentUid} was told to have ${id} with fence ${fence}; no ledger knows`,
      [id],
    )
  }
  checkToldOnce(told, promises)
}

const owning = ['claim', 'accept', 'transfer', 'takeover']

/**
 * Independently of the ledger: for each fence only one person may have been told that they own the
 * session.
 */
function checkToldOnce(told: JournalEntry[], promises: Promises): void {
  const ofFence = grouped(told, ({ detail }) => `${detail.id} with fence ${detail.fence}`)
  for (const [what, same] of ofFence) {
    const uids = [...new Set(same.map(({ detail }) => detail.agentUid))]
    if (uids.length < 2) continue
    promises.broke('P8', `${uids.join(' and ')} were told to have ${what}`, [same[0]?.detail.id])
  }
}

function brokenIn(
  steps: OwnerStep[],
  session: { state: number; fence: number; uid: number | null },
): string | null {
  for (const [at, step] of steps.entries()) {
    const why = brokenAt(step, steps[at - 1], at + 1)
    if (why) return why
  }
  const end = steps.at(-1)
  const isEnd =
    end?.to_state === session.state && end.fence === session.fence && end.uid === session.uid
  return isEnd ? null : 'its ledger ends elsewhere'
}

function brokenAt(step: OwnerStep, from: OwnerStep | undefined, n: number): string | null {
  const before = from?.to_state ?? null
  if (step.n !== n) return `step ${n} is missing`
  if (step.from_state !== before) return `step ${n} begins elsewhere`
  if (step.reason === 'claimed' && before !== queued) return `step ${n} claims what somebody has`
  return from ? brokenBetween(from, step) : null
}

function brokenBetween(from: OwnerStep, step: OwnerStep): string | null {
  if (step.fence < from.fence) return `the fence fell at step ${step.n}`
  const isSecond = step.uid !== from.uid && step.fence === from.fence
  return isSecond ? `two owners with one fence at step ${step.n}` : null
}

/**
 * Anyone who began to write after somebody else was told that they own the session must have been
 * refused.
 */
export function checkStale(whole: Whole): void {
  const { before, promises } = whole
  const moves = grouped(
    before.filter(({ outcome, detail }) => outcome === 'ok' && detail.fence !== undefined),
    ({ detail }) => detail.id as string,
  )
  const first = new Map<string, JournalEntry>()
  for (const entry of before) {
    const { clientMsgId } = entry.detail
    if (clientMsgId !== undefined && !first.has(clientMsgId)) first.set(clientMsgId, entry)
  }
  for (const [id, entry] of first) {
    const { fenceSent } = entry.detail
    if (fenceSent === undefined || entry.outcome === 'info') continue
    countIf(whole, 'P9', 1)
    if (entry.outcome !== 'ok') continue
    const newer = moves
      .get(entry.key)
      ?.find((move) => move.detail.fence > fenceSent && move.end < entry.begin)
    if (!newer) continue
    promises.broke('P9', `${id} was taken with fence ${fenceSent} after ${newer.detail.fence}`, [
      entry.key,
    ])
  }
}
