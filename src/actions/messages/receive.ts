// A batch of pushes in one transaction: inbox (which are new?) → customers and sessions locked → each push decided → written.
// Only then are they answered, and queue and bus told. A push delivered again takes no seq and gets the stored answer.
import type { InboxRow } from '../../../entities/index.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeEvents } from '../events.ts'
import { isOwned } from '../../../rules/session.ts'
import { acceptFirst } from '../sessions/accept-first.ts'
import { tellOpened, tellRanks } from '../sessions/place.ts'
import { ringRoom } from '../sessions/ring-room.ts'
import { followerKey, loadDay, type Day } from './day.ts'
import { loadRoster } from './open-session.ts'
import type { Push, PushAnswer } from './push.ts'
import { tellLines } from './recent.ts'
import { loadStandings } from './spoken.ts'
import { takePush } from './take-push.ts'

export type ReceiveNeeds = Needs<'store' | 'queue' | 'recent' | 'bus' | 'clock' | 'ids' | 'metrics' | 'known' | 'log'>

export type How = {
  /** Passive answers that were fully written since: they are settled in the same transaction. */
  written?: string[]
  /** Waits for rows that somebody else holds; in a batch such a push is answered `busy`. */
  alone?: boolean
  /** No try begins after this moment of the monotonic clock. */
  until?: number
}

export async function receive(needs: ReceiveNeeds, pushes: Push[], { written = [], alone = false, until }: How = {}): Promise<(PushAnswer | null | 'busy')[]> {
  const { day, answers, freed } = await needs.store.work('push', async (unit) => {
    const inbox = pushes.map((push) => inboxRow(needs, push))
    const seen = await unit.inbox.add(inbox)
    const isNew = inbox.map((row) => seen(row)?.inbox_id === row.inbox_id)
    const day = await loadDay(needs, unit, { pushes: pushes.filter((_, at) => isNew[at]), alone })
    Object.assign(day, await loadRoster(unit, day, pushes.filter((_, at) => isNew[at])))
    await loadStandings(needs, unit, { day, pushes: pushes.filter((_, at) => isNew[at]) })
    const busy = pushes.map((push, at) => isNew[at] === true && day.busy.has(followerKey(push)))
    await unit.inbox.takeBack(inbox.filter((_, at) => busy[at]).map((row) => row.inbox_id))

    const own = pushes.map((push, at) => isNew[at] && !busy[at] ? takePush(day, { push, id: inbox[at]?.inbox_id ?? '', ids: needs.ids }) : null)

    const freed = await writeDay(needs, unit, { day, written })
    const repeated = inbox.map((row, at) => isNew[at] ? null : seen(row)?.inbox_id ?? null)
    const answers = await withStored(unit, own, repeated)
    return { day, freed, answers: answers.map((answer, at) => busy[at] ? 'busy' as const : answer) }
  }, { until })

  await tell(needs, day, freed)
  return answers
}

function inboxRow(needs: Needs<'clock' | 'ids'>, { account, openid, dedupKey, deed, xml }: Push): InboxRow {
  const understood = deed.kind !== 'line' && deed.kind !== 'event'
  return {
    inbox_id: needs.ids(), company_id: account.company_id, account_id: account.account_id, dedup_key: dedupKey, openid,
    kind: deed.kind === 'event' ? `event:${deed.name}`.slice(0, 32) : deed.kind, state: 'stored', raw_xml: understood ? null : xml,
    created_at: needs.clock.now(),
  }
}

/** What was fully written since goes with the lines, because streams come last. Answers whether rows that stood behind may leave now. */
async function writeDay(needs: Needs<'ids' | 'clock'>, unit: Unit, { day, written }: { day: Day, written: string[] }): Promise<boolean> {
  if (day.followers.size > 0) await writeFollowers(unit, day)
  await unit.messages.insert(day.messages)
  if (written.length > 0) await unit.messages.passiveWritten(written)
  await unit.outbox.insert(day.outbox)
  if (written.length > 0) await unit.outbox.passiveWritten(written, day.at)
  await unit.sessions.writeLedger(day.ledger)
  await writeEvents(needs, unit, day.events)
  return written.length > 0 && unit.outbox.anyPending()
}

async function writeFollowers(unit: Unit, day: Day): Promise<void> {
  await unit.customers.touch([...day.followers.values()].map(({ customer }) => customer))
  await unit.sessions.insert(day.opened)
  await unit.sessions.touch([...day.changed])
  await unit.sessions.rerank([...day.reranked])
  await giveOut(unit, day)
}

async function giveOut(unit: Unit, { given, owned, people }: Day): Promise<void> {
  for (const { wx_user_id: id, customer_service_uid: uid } of owned) await unit.customers.own(id, uid)
  for (const [uid, sessions] of [...given].sort(([a], [b]) => a - b)) {
    const turn = people.get(uid)?.turn ?? 0
    if (await unit.loads.give(uid, { sessions, turn }) === 0) throw new Error(`agent ${uid} had no room, though his load was locked`)
  }
}

async function withStored(unit: Unit, own: (PushAnswer | null)[], repeated: (string | null)[]): Promise<(PushAnswer | null)[]> {
  const ids = repeated.filter((id) => id !== null)
  if (ids.length === 0) return own
  const stored = new Map((await unit.messages.byIds(ids)).map((row) => [row.message_id, { id: row.message_id, text: row.text ?? '', at: row.add_time }]))
  return own.map((answer, at) => answer ?? stored.get(repeated[at] ?? '') ?? null)
}

async function tell(needs: ReceiveNeeds, day: Day, freed: boolean): Promise<void> {
  void tellLines(needs, day.messages)
  await tellOpened(needs, day.opened)
  await tellRanks(needs, [...day.reranked])
  for (const stream of new Set(day.events.map((event) => event.stream))) needs.bus.publish('stream', stream)
  for (const companyId of day.behind) ringRoom(needs, companyId)
  if (freed) needs.bus.publish('outbox', '')
  for (const { company_id: companyId, state, uid } of day.opened) if (isOwned(state) && uid !== null) await acceptFirst(needs, companyId, [uid])
}
