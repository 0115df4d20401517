// The sender. pending → sending under a lease → sent | failed | unknown. WeChat has no idempotency key, so a row goes back to
// pending only with proof that nothing was delivered; an expired lease or a half answer is `unknown`, and only a person resends.
import type { AccountRow, CustomerRow, MessageRow, OutboxRow } from '../../../entities/index.ts'
import { believeRefusal, giveBack } from '../../../rules/reply-window.ts'
import type { Delivery, KnownAccount, Needs, Unit } from '../../ports.ts'
import { lineEvents, windowEvent, writeEvents } from '../events.ts'
import { forPlatform, holdsFiles } from '../media/outgoing-media.ts'
import { openKey } from './lines.ts'

export type DeliverNeeds = Needs<
  'store' | 'bus' | 'clock' | 'ids' | 'channel' | 'known' | 'vault' | 'metrics' | 'log'
>

const leaseMs = 20_000
/** A file is uploaded before the line leaves, which may take a minute. */
const leaseWithFilesMs = 100_000
const givenUpAfterMs = 10 * 60_000
const atOnce = 16

type Leased = {
  row: OutboxRow
  message: MessageRow
  openid: string
  kfAccount: string | null
  token: string
  sentAt: number
  account: AccountRow | null
}

/** Sends what may leave now; answers how many rows it took. */
export async function deliverReady(needs: DeliverNeeds): Promise<number> {
  const ready = await needs.store.read.outbox.ready(needs.clock.now(), atOnce)
  const first = ready.filter(
    (row, at) => ready.findIndex((other) => other.wx_user_id === row.wx_user_id) === at,
  )
  const taken = await Promise.all(
    first.map(async (row) => {
      const leased = await lease(needs, row)
      if (!leased) return 0
      const account = leased.account && (await needs.known.account(leased.account.appid))
      const delivery: Delivery = account
        ? await leave(needs, account, leased)
        : { outcome: 'refused', errcode: 0, meaning: 'account_not_bound' }
      await settle(needs, leased, delivery)
      return 1
    }),
  )
  return taken.filter((one) => one === 1).length
}

const mediaUnknown = 40007

/** The platform may have forgotten a file before its time: it refused the line, so nothing was delivered, and it gets the file once more. */
async function leave(
  needs: DeliverNeeds,
  account: KnownAccount,
  leased: Leased,
): Promise<Delivery> {
  for (let again = false; ; again = true) {
    const ready = await forPlatform(needs, account, leased.message)
    if ('outcome' in ready) return ready
    const delivery = await needs.channel.send(account, { ...leased, message: ready.message })
    if (
      delivery.outcome !== 'refused' ||
      delivery.errcode !== mediaUnknown ||
      ready.mediaIds.length === 0
    ) {
      return delivery
    }
    await needs.store.work('reply', async (unit) => {
      for (const mediaId of ready.mediaIds) {
        await unit.media.forgetUpload(account.account_id, mediaId)
      }
    })
    if (again) return delivery
  }
}

async function lease(needs: DeliverNeeds, seen: OutboxRow): Promise<Leased | null> {
  return needs.store.work('reply', async (unit) => {
    const customer = await unit.customers.lock(seen.company_id, seen.wx_user_id)
    const row = await unit.outbox.find(seen.outbox_id)
    const message = await unit.messages.find(seen.company_id, seen.outbox_id)
    if (!customer || !message || row?.state !== 'pending') return null
    const token = needs.ids()
    const at = needs.clock.now()
    await unit.messages.deliver([seen.outbox_id], { delivery: 'sending', errcode: null })
    await unit.outbox.lease(seen.outbox_id, {
      token,
      until: at + (holdsFiles(message) ? leaseWithFilesMs : leaseMs),
      inflightKey: openKey(customer),
    })
    const identity =
      message.customer_service_id === null
        ? null
        : await unit.users.identityById(message.customer_service_id)
    return {
      row,
      message,
      openid: customer.openid,
      kfAccount: identity?.wx_sign ?? null,
      token,
      sentAt: at,
      account: await unit.accounts.find(seen.company_id, seen.account_id),
    }
  })
}

type Outcome = {
  state: 'pending' | 'sent' | 'failed' | 'unknown'
  errcode: number | null
  why: string | null
  giveBack: boolean
}

export function decideOutcome(delivery: Delivery, row: OutboxRow, now: number): Outcome {
  switch (delivery.outcome) {
    case 'sent':
      return { state: 'sent', errcode: 0, why: null, giveBack: false }
    case 'refused':
      return { state: 'failed', errcode: delivery.errcode, why: delivery.meaning, giveBack: true }
    case 'unknown':
      return { state: 'unknown', errcode: null, why: null, giveBack: false }
    case 'not_delivered': {
      const over = now - row.created_at >= givenUpAfterMs
      return {
        state: over ? 'failed' : 'pending',
        errcode: delivery.errcode ?? null,
        why: delivery.reason,
        giveBack: over,
      }
    }
  }
}

async function settle(
  needs: DeliverNeeds,
  { row, message, token, sentAt }: Leased,
  delivery: Delivery,
): Promise<void> {
  const at = needs.clock.now()
  const outcome = decideOutcome(delivery, row, at)
  const events = await needs.store.work('reply', async (unit) => {
    const held = await unit.outbox.find(row.outbox_id)
    // the lease was lost: whoever holds the truth now keeps it
    if (held?.lease_token !== token || !['sending', 'unknown'].includes(held.state)) return []
    const customer = await correctWindow(unit, row, { outcome, sentAt, now: at })
    const session =
      row.session_id === null ? null : await unit.sessions.lock(row.company_id, row.session_id)
    // a person may have settled it since we looked: what he decided stands
    if ((await writeDelivery(unit, message.message_id, outcome)) === 0) return []
    await unit.outbox.settle(row.outbox_id, token, {
      state: outcome.state,
      errcode: outcome.errcode,
      retryAt: at + 1000 * 2 ** Math.min(row.attempts, 9),
      at: outcome.state === 'pending' ? null : at,
    })
    if (!session || outcome.state === 'pending') return []
    const line = { ...message, delivery: outcome.state, errcode: outcome.errcode }
    const told = [
      ...lineEvents(`message.${outcome.state}`, session, { line, at }),
      ...(customer ? windowEvent(customer, session, at) : []),
    ]
    writeEvents(needs, unit, told)
    return told
  })

  for (const { stream } of events) needs.bus.publish('stream', stream)
  needs.metrics.replies.inc({ outcome: outcome.state })
  if (outcome.state !== 'sent') {
    needs.log.warn(
      { messageId: row.outbox_id, outcome: outcome.state, errcode: outcome.errcode },
      'a reply did not simply arrive',
    )
  }
}

type Settling = { outcome: Outcome; sentAt: number; now: number }

/** What did not arrive is given back; what WeChat says of the window is believed. Null where nothing changed. */
async function correctWindow(
  unit: Unit,
  row: OutboxRow,
  { outcome, sentAt, now }: Settling,
): Promise<CustomerRow | null> {
  if (!outcome.giveBack) return null
  const customer = await unit.customers.lock(row.company_id, row.wx_user_id)
  if (!customer) return null
  const window =
    believeRefusal(customer, outcome.errcode, { sentAt, now }) ?? giveBack(customer, 1, now)
  const corrected = { ...customer, ...window }
  await unit.customers.save(corrected)
  return corrected
}

const unsettled = ['sending', 'unknown']

function writeDelivery(unit: Unit, id: string, outcome: Outcome): Promise<number> {
  if (outcome.state === 'failed') {
    return unit.messages.fail(
      [id],
      { errcode: outcome.errcode, why: outcome.why ?? 'failed' },
      unsettled,
    )
  }
  return unit.messages.deliver(
    [id],
    { delivery: outcome.state, errcode: outcome.errcode },
    unsettled,
  )
}
