// Sends one reply. Its state goes from pending to sending (under a lease) and then to sent, failed
// or unknown. WeChat cannot recognise a repeated message, so a reply returns to pending only if it
// was certainly not delivered. If the lease expires or the answer is cut off, the reply is
// `unknown` and only a person can send it again. The lease is renewed for as long as the delivery
// takes.
import { setTimeout as sleep } from 'node:timers/promises'
import type { AccountRow, CustomerRow, MessageRow, OutboxRow } from '../../../entities/index.ts'
import { believeRefusal, giveBack } from '../../../rules/reply/reply-window.ts'
import { isAppError } from '../../errors.ts'
import type { DeliveryOutcome, KnownAccount, Needs, Unit } from '../../ports.ts'
import { ringStreams } from '../streams/ring.ts'
import { lineEvents, windowEvent, writeEvents } from '../streams/write.ts'
import { forPlatform } from '../media/outgoing-media.ts'
import { leaseMs, type Lease, type Leases } from './leases.ts'
import { withWhy } from './with-why.ts'
import { openKey } from '../lines/new-rows.ts'

export type DeliverNeeds = Needs<
  'store' | 'bus' | 'clock' | 'ids' | 'channel' | 'known' | 'vault' | 'metrics' | 'log'
>

const givenUpAfterMs = 10 * 60_000
const againMs = 500

type Leased = {
  row: OutboxRow
  message: MessageRow
  openid: string
  kfAccount: string | null
  token: string
  sentAt: number
  account: AccountRow | null
}

/** Sends the reply if it is still pending; false if not, for example if another process has it. */
export async function deliver(
  needs: DeliverNeeds,
  { leases, ending }: { leases: Leases; ending: AbortSignal },
  row: OutboxRow,
): Promise<boolean> {
  const leased = await takeLease(needs, row)
  if (!leased) return false
  const lease = leases.hold(row.outbox_id, leased.token)
  try {
    const delivery = await tryToLeave(needs, leased, lease)
    await whenBack(ending, () => settle(needs, leased, delivery))
  } finally {
    lease.release()
  }
  return true
}

/**
 * Writes the result of a delivery. Only this process knows it, so while the database is away it
 * tries again until it is back or the process ends.
 */
async function whenBack(ending: AbortSignal, write: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await write()
      return
    } catch (error) {
      if (!isAppError(error, 'store_away') || ending.aborted) throw error
      await sleep(againMs, undefined, { signal: ending }).catch(() => undefined)
    }
  }
}

/**
 * Tries to send the reply and returns what became of it. The channel never throws, so an error that
 * is caught here happened before anything was sent, and the reply may be tried again.
 */
async function tryToLeave(
  needs: DeliverNeeds,
  leased: Leased,
  lease: Lease,
): Promise<DeliveryOutcome> {
  try {
    const account = leased.account && (await needs.known.account(leased.account.appid))
    return account?.account_id === leased.account?.account_id && account
      ? await leave(needs, account, { ...leased, lease })
      : { outcome: 'refused', errcode: null, meaning: 'account_not_bound' }
  } catch (error) {
    needs.log.error(
      { messageId: leased.row.outbox_id, error: String(error) },
      'a line could not be made ready to leave; it is tried again',
    )
    return { outcome: 'not_delivered', reason: 'internal' }
  }
}

const mediaUnknown = 40007
const leaseLost: DeliveryOutcome = { outcome: 'not_delivered', reason: 'internal' }

/**
 * Sends the reply, after uploading the files it needs. WeChat may have forgotten a file earlier
 * than it says. It then refuses the line, so nothing was delivered, and the file is uploaded once
 * more.
 */
async function leave(
  needs: DeliverNeeds,
  account: KnownAccount,
  { lease, ...leased }: Leased & { lease: Lease },
): Promise<DeliveryOutcome> {
  for (let again = false; ; again = true) {
    const ready = await forPlatform(needs, account, leased.message)
    if ('outcome' in ready) return ready
    if (!(await lease.isHeld())) return leaseLost
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

async function takeLease(needs: DeliverNeeds, seen: OutboxRow): Promise<Leased | null> {
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
      until: at + leaseMs,
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

function decideOutcome(delivery: DeliveryOutcome, row: OutboxRow, now: number): Outcome {
  switch (delivery.outcome) {
    case 'sent':
      return { state: 'sent', errcode: 0, why: null, giveBack: false }
    case 'refused':
      return { state: 'failed', errcode: delivery.errcode, why: delivery.meaning, giveBack: true }
    case 'unknown':
      return { state: 'unknown', errcode: null, why: null, giveBack: false }
    case 'not_delivered': {
      // if the reply was given up meanwhile, later replies may have been sent already, so it is not
      // tried again after them
      const over = row.state === 'unknown' || now - row.created_at >= givenUpAfterMs
      return {
        state: over ? 'failed' : 'pending',
        errcode: delivery.errcode ?? null,
        why: delivery.reason,
        giveBack: over,
      }
    }
  }
}

function settledLine(message: MessageRow, { state, errcode, why }: Outcome): MessageRow {
  const extra = why === null ? message.extra : withWhy(message, why)
  return { ...message, delivery: state, errcode, extra }
}

async function settle(
  needs: DeliverNeeds,
  { row, message, token, sentAt }: Leased,
  delivery: DeliveryOutcome,
): Promise<void> {
  const at = needs.clock.now()
  let outcome = decideOutcome(delivery, row, at)
  const events = await needs.store.work('reply', async (unit) => {
    const held = await unit.outbox.find(row.outbox_id)
    // if another process has taken the reply over, that process decides its state and nothing is
    // written here; otherwise the result is written even after the lease expired
    if (held?.lease_token !== token || !['sending', 'unknown'].includes(held.state)) return []
    outcome = decideOutcome(delivery, held, at)
    const customer = await correctWindow(unit, row, { outcome, sentAt, now: at })
    const session =
      row.session_id === null ? null : await unit.sessions.lock(row.company_id, row.session_id)
    // if a person has decided meanwhile whether the reply arrived, their decision stays
    if ((await writeDelivery(unit, message.message_id, outcome)) === 0) return []
    await unit.outbox.settle(row.outbox_id, token, {
      state: outcome.state,
      errcode: outcome.errcode,
      retryAt: at + 1000 * 2 ** Math.min(row.attempts, 9),
      at: outcome.state === 'pending' ? null : at,
    })
    if (!session || outcome.state === 'pending') return []
    const line = settledLine(message, outcome)
    const told = [
      ...lineEvents(`message.${outcome.state}`, session, { line, at }),
      ...(customer ? windowEvent(customer, session, at) : []),
    ]
    writeEvents(needs, unit, told)
    return told
  })

  ringStreams(needs, events)
  needs.metrics.replies.inc({ outcome: outcome.state })
  if (outcome.state !== 'sent') {
    needs.log.warn(
      { messageId: row.outbox_id, outcome: outcome.state, errcode: outcome.errcode },
      'a reply did not simply arrive',
    )
  }
}

type Settling = { outcome: Outcome; sentAt: number; now: number }

/**
 * Replies that did not arrive are given back to the reply window, and what WeChat says about the
 * window is believed. Null if nothing changed.
 */
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
  unit.customers.change(row.company_id, row.wx_user_id, window)
  return { ...customer, ...window }
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
