// Tries again to read pushes that the database refused. What they say is then added, once and in
// order, to the session of that time. Before that, sessions with wrong line counters are corrected,
// because a bug in the greeting once left them so.
import type { CustomerRow, MessageRow, SessionRow } from '../../../entities/index.ts'
import { messageTypes, writtenBy } from '../../../rules/reply/message.ts'
import { widenWindow } from '../../../rules/reply/reply-window.ts'
import type { Deed, Needs, RefusedPush, Unit } from '../../ports.ts'
import { ringStreams } from '../streams/ring.ts'
import { lineEvents, writeEvents, type Event } from '../streams/write.ts'
import { mendCounts } from './mend-counts.ts'
import { lockBoth } from '../access/lock.ts'
import { addLine } from '../lines/new-rows.ts'
import { tellLines } from '../lines/recent.ts'
import { toFetch } from '../media/to-fetch.ts'

type RereadRefusedNeeds = Needs<
  'store' | 'clock' | 'ids' | 'bus' | 'recent' | 'readPush' | 'log' | 'metrics'
>

/**
 * The version of this reader. Increase it when pushes can be stored that could not be before: then
 * every push that is still refused is tried once more.
 */
const reader = 1
const atOnce = 500
const end = '~'

export async function rereadRefused(
  needs: RereadRefusedNeeds,
  companyId: string,
): Promise<{ mended: number; reread: number; still: number }> {
  const mended = await mendGreeted(needs, companyId)
  const result = { mended, reread: 0, still: 0 }
  for (const row of await needs.store.read.refused.untried(companyId, reader, atOnce)) {
    result[(await readAgain(needs, row)) ? 'reread' : 'still'] += 1
  }
  if (result.reread > 0) needs.bus.publish('media', '')
  return result
}

const isMended = async (unit: Unit, companyId: string, id: string): Promise<boolean> =>
  (await mendCounts(unit, (await lockBoth(unit, companyId, id)).session)) !== null

/**
 * Corrects the counters of sessions that contain an agent's automatic greeting, once for each
 * session. The position is stored, so that the next run goes on from there.
 */
async function mendGreeted(needs: RereadRefusedNeeds, companyId: string): Promise<number> {
  const place = `greeted:${companyId}`
  const { read } = needs.store
  let after = (await read.installation.remembered(place)) ?? ''
  let mended = 0
  for (let rounds = 0; after !== end && rounds < 20; rounds += 1) {
    const rows = await read.messages.greetings(companyId, after, atOnce)
    const ids = [...new Set(rows.map((row) => row.session_id))].filter((id) => id !== null)
    for (const id of ids.length > 0 ? await read.sessions.miscounted(companyId, ids) : []) {
      mended += await needs.store.work('rest', async (unit) =>
        Number(await isMended(unit, companyId, id)),
      )
    }
    after = rows.length < atOnce ? end : (rows.at(-1)?.client_key ?? end)
    await needs.store.work('rest', (unit) => unit.installation.remember(place, after))
  }
  if (mended > 0) needs.metrics.repairs.inc({ what: 'session_counts' }, mended)
  return mended
}

type Reread = { line: MessageRow | null; events: Event[] }
const nothing: Reread = { line: null, events: [] }

async function readAgain(needs: RereadRefusedNeeds, row: RefusedPush): Promise<boolean> {
  try {
    const deed = row.raw_xml === null ? null : needs.readPush(row.raw_xml)
    const done = deed && (await needs.store.work('rest', (unit) => place(needs, unit, row, deed)))
    if (done) {
      if (done.line) tellLines(needs, [done.line])
      ringStreams(needs, done.events)
      return true
    }
  } catch (error) {
    // a push that the database refuses again, or that cannot be read, is marked as tried, as is one
    // without XML, customer or session; after any other error the next run tries it again
    if (!needs.store.refuses(error) && !isUnreadable(error)) throw error
    needs.log.warn(
      { inboxId: row.inbox_id, error: String(error) },
      'a refused push could not be read again',
    )
  }
  await needs.store.work('rest', (unit) => unit.refused.tried(row.inbox_id, reader))
  return false
}

const isUnreadable = (error: unknown) => error instanceof Error && error.name === 'WechatInputError'

/**
 * Adds what a refused push says to its session. Null if it cannot be added, for example because
 * there is no such session; then the push stays in the list of refused pushes.
 */
// eslint-disable-next-line max-params -- what is done, with what, to whom
async function place(
  needs: RereadRefusedNeeds,
  unit: Unit,
  row: RefusedPush,
  deed: Deed,
): Promise<Reread | null> {
  const at = needs.clock.now()
  const settle = (messageId: string | null) => unit.refused.reread(row.inbox_id, { at, messageId })
  if (deed.kind === 'notice') {
    await settle(null)
    return nothing
  }
  const both = await placeOf(unit, row)
  if (!both) return null
  // another run of the job may have read the push while this one waited for the locks
  const now = await unit.refused.find(row.company_id, row.inbox_id)
  if (now?.reread_at !== null) return nothing

  const line = await write(needs, unit, { ...both, row, deed })
  if (!line) return null
  await settle(line.message_id)
  const events = lineEvents('message.received', both.session, { line, at })
  writeEvents(needs, unit, events)
  return { line, events }
}

/**
 * Finds the customer, and the session: that of the line that stands in the push's place or, if
 * there is none, the one that was the customer's newest when the push came.
 */
async function placeOf(unit: Unit, row: RefusedPush) {
  const seen = await unit.customers.byOpenid(row.company_id, row.account_id, row.openid)
  if (!seen) return null
  const session =
    row.session_id === null
      ? await unit.sessions.newestAt(row.company_id, seen.wx_user_id, row.created_at)
      : await unit.sessions.find(row.company_id, row.session_id)
  return session && lockBoth(unit, row.company_id, session.session_id)
}

type PushToStore = {
  customer: CustomerRow
  session: SessionRow
  row: RefusedPush
  deed: Exclude<Deed, { kind: 'notice' }>
}

async function write(
  needs: RereadRefusedNeeds,
  unit: Unit,
  placed: PushToStore,
): Promise<MessageRow | null> {
  const { row, deed } = placed
  const said = saidBy(deed)
  if (row.message_id !== null) {
    const stands = await unit.messages.find(row.company_id, row.message_id)
    if (stands?.type !== 'other' || deed.kind === 'event') return null
    const whole = { extra: null, ...said }
    if (!(await unit.messages.understand(stands.message_id, whole))) return null
    const line = { ...stands, ...whole }
    if (deed.kind === 'line') unit.media.toFetch(toFetch(line, deed.parts, row.created_at))
    return line
  }
  return append(needs, unit, placed)
}

function saidBy(deed: PushToStore['deed']) {
  if (deed.kind === 'line') return deed.said
  if (deed.kind === 'text') {
    return { message_type: messageTypes.text, type: 'text', text: deed.text }
  }
  return {
    message_type: messageTypes.event,
    type: 'event',
    text: deed.key === '' ? null : deed.key.slice(0, 2000),
    extra: JSON.stringify({ event: deed.name }),
  }
}

async function append(
  needs: RereadRefusedNeeds,
  unit: Unit,
  { customer, session: stored, row, deed }: PushToStore,
): Promise<MessageRow> {
  const mended = (await mendCounts(unit, stored)) ?? stored
  const { session, line } = addLine(customer, mended, {
    message_id: needs.ids(),
    opercode: deed.kind === 'event' ? writtenBy.system : writtenBy.customer,
    add_time: row.created_at,
    ...saidBy(deed),
  })
  if (deed.kind !== 'event' && row.created_at > (customer.last_time ?? 0)) {
    unit.customers.change(customer.company_id, customer.wx_user_id, {
      last_time: row.created_at,
      active_at: Math.max(customer.active_at, row.created_at),
      ...widenWindow(customer, row.created_at),
    })
  }
  unit.sessions.touch([session])
  if (deed.kind === 'line') unit.media.toFetch(toFetch(line, deed.parts, row.created_at))
  unit.messages.insert([line])
  await missIfEnded(needs, unit, session)
  return line
}

/**
 * If the line was added to a closed session, into which nobody looks, the session is recorded as
 * missed, unless the customer has an open session again.
 */
async function missIfEnded(
  needs: RereadRefusedNeeds,
  unit: Unit,
  session: SessionRow,
): Promise<void> {
  const { session_id, company_id, account_id, wx_user_id, uid } = session
  if (session.open_key !== null || session.unanswered_since === null) return
  if (await unit.sessions.openOf(company_id, wx_user_id)) return
  const at = needs.clock.now()
  unit.missed.add({ session_id, company_id, account_id, wx_user_id, uid, at })
}
