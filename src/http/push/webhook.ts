// Answers pushes from WeChat, in this order: known account, signature of the query (plain mode),
// body, envelope, gate, one durable transaction, answer. Pushes to an account that cannot prove
// that they come from WeChat never take a place in the gate. How a request came, and how the reply
// goes out, is known only to those who call this: node:http (over-http.ts) and the front
// (front.ts).
import type { Failure } from 'kefu-wire'
import {
  dedupKey,
  renderReply,
  WechatInputError,
  type Inbound,
  type OpenedPush,
} from 'wechat-api-ts'
import type { Batches } from '../../actions/push/batches.ts'
import { countUnbound } from '../../actions/push/count-unbound.ts'
import type { PushAnswer } from '../../actions/push/decide/push.ts'
import type { PushTimes } from '../../actions/push/push-times.ts'
import { AppError, isAppError, type ErrorCode } from '../../errors.ts'
import type { KnownAccount, Needs } from '../../ports.ts'
import { statusOf } from '../engine/error-handler.ts'
import { deedOf } from './deeds.ts'
import { openGate, type Gate } from './gate.ts'
import { asPassive } from './passive.ts'
import {
  answerNotice,
  answerTest,
  isTestAccount,
  type PlatformPushNeeds,
  type PlatformReply,
} from './platform-pushes.ts'
import { isSigned, openPlain, openWithAny } from './push-keys.ts'

type WebhookNeeds = Needs<'limits' | 'ids'> &
  PlatformPushNeeds & { batches: Batches; times: PushTimes }
type WebhookDoor = WebhookNeeds & { gate: Gate }

/** A request to an address that begins with /wechat/. */
export type WebhookRequest = {
  method: string
  url: string
  /** Reads the body. It is called only for requests whose sender may be WeChat. */
  body: () => string | Promise<string>
}
export type WebhookReply = {
  status: number
  type: string
  body: string
  /**
   * Must be called when the whole reply has been handed to the network, because only then is the
   * line in it marked as sent. If it is not called, nobody knows whether WeChat got the line.
   */
  written?: () => void
}
/** Answers a request. It never throws. */
export type Webhook = (request: WebhookRequest) => Promise<WebhookReply>

const platformWaitsMs = 5000

export function openWebhook(needs: WebhookNeeds): Webhook {
  const { limits, batches, metrics } = needs
  const door: WebhookDoor = {
    ...needs,
    gate: openGate({
      most: limits.maxInFlight,
      oldestMs: batches.oldestMs,
      gauge: metrics.inFlight,
    }),
  }
  return async (request) => {
    const started = needs.clock.mono()
    try {
      if (request.method !== 'GET' && door.gate.isFull()) throw busy()
      return await answer(door, request)
    } catch (error) {
      return refusalOf(needs, error)
    } finally {
      needs.metrics.pushSeconds.observe((needs.clock.mono() - started) / 1000)
    }
  }
}

/** Splits the address of a push into the part of the path after /wechat/ and the query. */
function partsOf(url: string): { name: string; query: URLSearchParams } {
  const mark = url.indexOf('?')
  return {
    name: url.slice('/wechat/'.length, mark === -1 ? undefined : mark),
    query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
  }
}

const busy = () => new AppError('overloaded', 'As many pushes as may be are under way.')

/**
 * Runs something while holding one of the gate's places, which limit how many pushes are processed
 * at once.
 */
async function inside<T>(gate: Gate, run: () => Promise<T>): Promise<T> {
  const leave = gate.enter()
  if (!leave) throw busy()
  try {
    return await run()
  } finally {
    leave()
  }
}

async function answer(needs: WebhookDoor, request: WebhookRequest): Promise<WebhookReply> {
  const { method, url, body } = request
  const { name, query } = partsOf(url)
  const account = await needs.known.account(name)
  if (!account) return takeForPlatform(needs, { name, query, request })

  const isPush = method === 'POST'
  const isSealed = isPush && isEncrypted(query)
  // in safe mode a signature covers the encrypted body and is checked when that has been read
  if (!isSealed && !isSigned(account.platform ?? account, query, needs.clock.now())) {
    throw new WechatInputError('bad_signature')
  }
  if (method === 'GET') return asReply(query.get('echostr') ?? '')
  if (!isPush) throw new AppError('not_found', 'WeChat calls this address with GET or POST.')
  if (!isSealed) await refuseOld(needs, account, query)
  return take(needs, { account, query, isSealed, body: await body() })
}

function isEncrypted(query: URLSearchParams): boolean {
  const [type, ...more] = query.getAll('encrypt_type')
  if (more.length > 0) throw new WechatInputError('bad_signature')
  return type === 'aes'
}

/**
 * The time at which WeChat signed the push, and the signature. By them a recorded push is
 * recognised.
 */
function stampOf(query: URLSearchParams): { told: number; signature: string } {
  const timestamp = query.get('timestamp') ?? ''
  return {
    told: /^[0-9]{1,12}$/.test(timestamp) ? Number(timestamp) * 1000 : 0,
    signature: query.get('signature') ?? '',
  }
}

/**
 * Refuses a push that is too old. In plain mode the signature does not cover the body, so somebody
 * who has an old signature must not be able to use it forever.
 */
async function refuseOld(
  { known, times }: WebhookNeeds,
  account: KnownAccount,
  query: URLSearchParams,
): Promise<void> {
  if (!times.isOld(account, stampOf(query))) return
  const company = await known.company(account.company_id)
  if (company?.settings.refuseOldPushes === false) return
  times.refuse(account)
  throw new WechatInputError('bad_signature')
}

const ofPlatform = 'platform/'

/**
 * Handles a push whose appid belongs to no account of ours: it may be for a third-party platform or
 * one of WeChat's test accounts.
 */
async function takeForPlatform(
  needs: WebhookDoor,
  { name, query, request }: { name: string; query: URLSearchParams; request: WebhookRequest },
): Promise<WebhookReply> {
  const isNotice = name.startsWith(ofPlatform)
  if (request.method !== 'POST' || (!isNotice && !isTestAccount(name))) {
    throw new AppError('not_found', 'No account here has this appid.')
  }
  const arrived = { query, body: await request.body(), now: needs.clock.now() }
  const answer = isNotice
    ? await answerNotice(needs, name.slice(ofPlatform.length), {
        ...arrived,
        inside: (run) => inside(needs.gate, run),
      })
    : await answerTest(needs, name, arrived)
  if (answer === null) throw new AppError('not_found', 'There is no such platform here.')
  return asReply(answer)
}

type ArrivedPush = {
  account: KnownAccount
  query: URLSearchParams
  isSealed: boolean
  body: string
}

async function take(
  needs: WebhookDoor,
  { account, query, isSealed, body }: ArrivedPush,
): Promise<WebhookReply> {
  const began = needs.clock.mono()
  const opened = isSealed
    ? openWithAny(account, { query, body, now: needs.clock.now() })
    : openPlain(account, body)
  const { inbound } = opened
  watchOpenid(needs, query, inbound)
  // the time of the event debug_demo is not kept as the newest: the doctor sends it too, and its
  // time is not WeChat's
  if (inbound.kind !== 'event' || inbound.event !== 'debug_demo') {
    needs.times.hear(account, stampOf(query))
  }
  const company = await needs.known.company(account.company_id)
  if (!company?.open) {
    needs.metrics.pushes.inc({ result: 'company_closed' })
    return success
  }
  const push = {
    account,
    company,
    customerKey: inbound.openid,
    dedupKey: dedupKey(inbound),
    deed: deedOf(inbound, opened.xml),
    xml: opened.xml,
  }
  if (account.binding === 'unbound') {
    await inside(needs.gate, () => countUnbound(needs, push))
    return success
  }

  const answer = await inside(needs.gate, () => needs.batches.take(push))
  needs.metrics.pushes.inc({ result: 'stored' })
  if (!answer) return success
  return {
    ...asReply({ body: rendered(opened, answer), format: opened.format }),
    written: () => {
      if (needs.clock.mono() - began < platformWaitsMs) needs.batches.answerWritten(answer.id)
    },
  }
}

function rendered({ inbound, seal, format }: OpenedPush, answer: PushAnswer): string {
  const at = Math.floor(answer.at / 1000)
  const to = { openid: inbound.openid, originalId: inbound.toUserName, format }
  return seal(renderReply(to, asPassive(answer.content), at), at)
}

/**
 * Reports if the openid in the query differs from that in the body. The one in the body counts: in
 * plain mode neither is more trustworthy, and in safe mode only the body is protected.
 */
function watchOpenid(needs: WebhookNeeds, query: URLSearchParams, inbound: Inbound): void {
  const named = query.get('openid')
  if (named === null || named === inbound.openid) return
  needs.metrics.foreignOpenid.inc()
  needs.log.warn(
    { inQuery: named.slice(0, 64), inBody: inbound.openid },
    'the openid of the query is not the sender',
  )
}

function refusalOf(needs: WebhookNeeds, error: unknown): WebhookReply {
  const requestId = needs.ids()
  const refuse = ({ code, message }: AppError) =>
    refused(statusOf[code], { code, message, requestId })
  if (error instanceof WechatInputError) {
    needs.metrics.pushes.inc({ result: error.code })
    return refuse(new AppError(error.code, error.message))
  }
  if (isAppError(error) && refusedBefore.includes(error.code)) {
    if (error.code === 'overloaded') needs.metrics.pushes.inc({ result: error.code })
    return refuse(error)
  }
  needs.metrics.pushes.inc({ result: 'not_stored' })
  // while the database is away, the error of each push is not logged: the outage was logged once
  // where it began
  if (isAppError(error, 'store_away')) return refuse(error)
  needs.log.error({ error: String(error), requestId }, 'a push could not be stored')
  return refused(500, { code: 'internal', message: 'The push is not stored.', requestId })
}

/**
 * Errors with which a push was refused before anybody tried to store it. They are no failures of
 * the product.
 */
const refusedBefore: ErrorCode[] = ['not_found', 'too_large', 'overloaded']

const refused = (status: number, error: Failure['error']): WebhookReply => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify({ error }),
})

const asReply = (answer: string | PlatformReply): WebhookReply =>
  typeof answer === 'string'
    ? { status: 200, type: 'text/plain; charset=utf-8', body: answer }
    : { status: 200, type: `application/${answer.format}; charset=utf-8`, body: answer.body }

const success = asReply('success')
