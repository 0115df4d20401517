// A batch of pushes in one transaction: inbox (which are new?) → customers and sessions locked → each push decided → written.
// Only then are they answered, and queue and bus told. A push delivered again takes no seq and gets the stored answer.
import type { InboxRow, SessionRow } from '../../../entities/index.ts'
import { contentOf } from '../../../rules/content.ts'
import { OutOfDate } from '../../errors.ts'
import { inBackground } from '../../in-background.ts'
import type { Needs, Unit } from '../../ports.ts'
import { ringStreams } from '../streams/ring.ts'
import { writeEvents } from '../streams/write.ts'
import { isOwned } from '../../../rules/session.ts'
import { acceptFirst } from '../transition/accept-first.ts'
import { tellOpened, tellPlace, tellRanks } from '../transition/place.ts'
import { ringRoom } from '../transition/ring-room.ts'
import { followerKey, loadDay, type Day } from './day.ts'
import { keepRefused } from './keep-refused.ts'
import { loadRoster } from './open-session.ts'
import type { Push, PushAnswer } from './push.ts'
import { tellLines } from '../lines/recent.ts'
import { loadStandings } from './spoken.ts'
import { takePush } from './take-push.ts'
import { writeCounts, writeVisits } from './visits.ts'

export type ReceiveNeeds = Needs<
  'store' | 'queue' | 'recent' | 'bus' | 'clock' | 'ids' | 'metrics' | 'known' | 'log' | 'tally'
>

export type How = {
  /** Passive answers that were fully written since: they are settled in the same transaction. */
  written?: string[]
  /** Waits for rows that somebody else holds; in a batch such a push is answered `busy`. */
  alone?: boolean
  /** No try begins after this moment of the monotonic clock. */
  until?: number
  committed?: () => void
}

export async function receive(
  needs: ReceiveNeeds,
  pushes: Push[],
  { written = [], alone = false, ...limits }: How = {},
): Promise<(PushAnswer | null | 'busy')[]> {
  const { day, answers } = await needs.store.work(
    'push',
    async (unit) => {
      const inbox = pushes.map((push) => inboxRow(needs, push))
      const seen = await unit.inbox.add(inbox)
      const stands = inbox.map((row) => seen(row)?.inbox_id ?? '')
      const isNew = inbox.map((row, at) => stands[at] === row.inbox_id)
      const fresh = pushes.filter((_, at) => isNew[at])
      const day = await loadDay(needs, unit, { pushes: fresh, alone })
      await loadRoster(unit, day, fresh)
      await loadStandings(needs, unit, { day, pushes: fresh })
      const takenBack = new Set(
        stands.filter((_, at) => isNew[at] && day.busy.has(followerKey(pushes[at] as Push))),
      )
      await unit.inbox.takeBack([...takenBack])
      // a copy of a push that is taken back is stored nowhere either
      const busy = stands.map((id) => takenBack.has(id))

      const own = pushes.map((push, at) =>
        isNew[at] && !busy[at]
          ? takePush(day, { push, id: inbox[at]?.inbox_id ?? '', ids: needs.ids })
          : null,
      )

      await writeDay(needs, unit, { day, written })
      for (const [at, push] of pushes.entries()) {
        const row = inbox[at]
        if (push.refused && row && isNew[at] && !busy[at]) await keepRefused(unit, row, day)
      }
      const repeated = stands.map((id, at) => (isNew[at] || busy[at] ? null : id))
      const answers = await withStored(unit, own, repeated)
      return { day, answers: answers.map((answer, at) => (busy[at] ? ('busy' as const) : answer)) }
    },
    limits,
  )

  await tell(needs, day)
  if (written.length > 0) inBackground(needs.log, 'who may leave now', tellFreed(needs))
  return answers
}

const kindOf = ({ deed }: Push): string =>
  deed.kind === 'event' || deed.kind === 'notice'
    ? `${deed.kind}:${deed.name}`.slice(0, 32)
    : deed.kind

export function inboxRow(needs: Needs<'clock' | 'ids'>, push: Push): InboxRow {
  const { account, openid, dedupKey, deed, xml } = push
  const understood =
    deed.kind === 'text' ||
    (deed.kind === 'line' && deed.said.type !== 'other') ||
    (deed.kind === 'event' && deed.known)
  return {
    inbox_id: needs.ids(),
    company_id: account.company_id,
    account_id: account.account_id,
    dedup_key: dedupKey,
    openid,
    kind: kindOf(push),
    state: push.refused ? 'refused' : 'stored',
    raw_xml: understood && !push.refused ? null : xml,
    created_at: needs.clock.now(),
  }
}

async function writeDay(
  needs: Needs<'ids' | 'clock'>,
  unit: Unit,
  { day, written }: { day: Day; written: string[] },
): Promise<void> {
  if (day.followers.size > 0) await writeFollowers(unit, day)
  await unit.media.toFetch(day.fetches)
  await unit.messages.insert(day.messages)
  if (written.length > 0) await unit.messages.passiveWritten(written)
  await unit.outbox.insert(day.outbox)
  if (written.length > 0) await unit.outbox.passiveWritten(written, day.at)
  await unit.sessions.writeLedger(day.ledger)
  await unit.evaluations.addFirst(day.evaluations)
  await writeCounts(unit, day.visits)
  writeEvents(needs, unit, day.events)
}

async function writeFollowers(unit: Unit, day: Day): Promise<void> {
  await unit.customers.touch([...day.followers.values()].map(({ customer }) => customer))
  await unit.customers.belong(day.belong)
  await writeVisits(unit, day.visits)
  // before a new one of the same customer
  for (const { session } of inOrder(day.ended)) await unit.sessions.save(session)
  await unit.sessions.insert(day.opened)
  await unit.sessions.touch([...day.changed])
  await unit.sessions.rerank([...day.reranked])
  for (const { session } of inOrder(day.moved)) await unit.sessions.save(session)
  await writeLoads(unit, day)
}

const inOrder = (some: { session: SessionRow }[]) =>
  some.toSorted((a, b) => (a.session.session_id < b.session.session_id ? -1 : 1))

async function writeLoads(unit: Unit, { given, freed, people }: Day): Promise<void> {
  for (const uid of [...new Set([...given.keys(), ...freed.keys()])].sort((a, b) => a - b)) {
    for (let n = freed.get(uid) ?? 0; n > 0; n -= 1) await unit.loads.lower(uid)
    const sessions = given.get(uid) ?? 0
    if (sessions === 0) continue
    const { turn = 0, turnRead = 0 } = people.get(uid) ?? {}
    if ((await unit.loads.give(uid, { sessions, turn, turnRead })) === 0) {
      throw new OutOfDate(`agent ${uid} was given somebody meanwhile`)
    }
  }
}

async function withStored(
  unit: Unit,
  own: (PushAnswer | null)[],
  repeated: (string | null)[],
): Promise<(PushAnswer | null)[]> {
  const ids = repeated.filter((id) => id !== null)
  if (ids.length === 0) return own
  const stored = new Map(
    (await unit.messages.byIds(ids)).map((row) => [
      row.message_id,
      { id: row.message_id, content: contentOf(row), at: row.add_time },
    ]),
  )
  return own.map((answer, at) => answer ?? stored.get(repeated[at] ?? '') ?? null)
}

async function tell(needs: ReceiveNeeds, day: Day): Promise<void> {
  tellLines(needs, day.messages)
  await tellOpened(needs, day.opened)
  for (const { session, from } of [...day.moved, ...day.ended]) {
    await tellPlace(needs, session, from)
  }
  await tellRanks(needs, [...day.reranked])
  for (const companyId of day.behind) ringRoom(needs, companyId)
  ringStreams(needs, day.events)
  if (day.outbox.some((row) => row.way === 'api')) needs.bus.publish('outbox', '')
  needs.tally.add(day.spoken, day.unanswered)
  if (day.fetches.length > 0) needs.bus.publish('media', '')
  for (const { session } of day.ended) ringRoom(needs, session.company_id)
  const loaded = [
    ...day.opened.filter(({ state }) => isOwned(state)),
    ...day.ended.map(({ session }) => session),
  ]
  for (const { company_id: companyId, uid } of loaded) {
    if (uid !== null) await acceptFirst(needs, companyId, [uid])
  }
}

/** What stood behind the answers that are settled now may leave. */
async function tellFreed({ store, bus, log }: ReceiveNeeds): Promise<void> {
  try {
    if (await store.read.outbox.anyPending()) bus.publish('outbox', '')
  } catch (error) {
    log.warn({ error: String(error) }, 'who may leave now was not asked; the job looks again')
  }
}
