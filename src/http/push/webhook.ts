// Receives pushes from WeChat, in this order: known account, signature of the query (plain mode),
// body, envelope, gate, one durable transaction, answer. Requests that cannot prove that they come
// from WeChat never take a place in the gate. It is a plain (req, res) function, because it must
// not pay for the framework's routing and body parsing.
import type { IncomingMessage, ServerResponse } from 'node:http'
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
import { addressOf } from '../engine/address.ts'
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
import { isSigned, openWithAny } from './push-keys.ts'
import { readPushBody } from '../engine/read-body.ts'
import { openSlowBodies } from '../engine/slow-bodies.ts'

type WebhookNeeds = Needs<'limits' | 'ids'> &
  PlatformPushNeeds & { batches: Batches; times: PushTimes }
type WebhookDoor = WebhookNeeds & {
  gate: Gate
  bodyOf: (request: IncomingMessage) => Promise<string>
}
const platformWaitsMs = 5000

export function openWebhook(needs: WebhookNeeds) {
  const { limits, batches, metrics } = needs
  const slow = openSlowBodies()
  const door: WebhookDoor = {
    ...needs,
    gate: openGate({
      most: limits.maxInFlight,
      oldestMs: batches.oldestMs,
      gauge: metrics.inFlight,
    }),
    bodyOf: (request) =>
      slow.read(addressOf(request, limits), (refused) => readPushBody(request, refused)),
  }
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = needs.clock.mono()
    try {
      if (request.method !== 'GET' && door.gate.isFull()) throw busy()
      await handle(door, request, response)
    } catch (error) {
      endWithError(needs, response, error)
    } finally {
      needs.metrics.pushSeconds.observe((needs.clock.mono() - started) / 1000)
    }
  }
}

/** Splits the address of a push into the part of the path after /wechat/ and the query. */
function partsOf({ url = '' }: IncomingMessage): { name: string; query: URLSearchParams } {
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

async function handle(
  needs: WebhookDoor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { name, query } = partsOf(request)
  const account = await needs.known.account(name)
  if (!account) {
    await takeForPlatform(needs, { name, query, request }, response)
    return
  }

  const signed = isSigned(account.platform ?? account, query, needs.clock.now())
  const isPush = request.method === 'POST'
  // a wrong signature in the query is refused here only in plain mode; in safe mode a signature
  // covers the encrypted body and is checked later
  if (!signed && !(isPush && query.get('encrypt_type') === 'aes')) {
    throw new WechatInputError('bad_signature')
  }
  if (request.method === 'GET') {
    end(response, 200, query.get('echostr') ?? '')
    return
  }
  if (!isPush) throw new AppError('not_found', 'WeChat calls this address with GET or POST.')
  if (query.get('encrypt_type') !== 'aes') await refuseOld(needs, account, query)
  await take(needs, { account, query, body: await needs.bodyOf(request) }, response)
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
  { name, query, request }: { name: string; query: URLSearchParams; request: IncomingMessage },
  response: ServerResponse,
): Promise<void> {
  const isNotice = name.startsWith(ofPlatform)
  if (request.method !== 'POST' || (!isNotice && !isTestAccount(name))) {
    throw new AppError('not_found', 'No account here has this appid.')
  }
  const arrived = { query, body: await needs.bodyOf(request), now: needs.clock.now() }
  const answer = await inside(needs.gate, () =>
    isNotice
      ? answerNotice(needs, name.slice(ofPlatform.length), arrived)
      : answerTest(needs, name, arrived),
  )
  if (answer === null) throw new AppError('not_found', 'There is no such platform here.')
  end(response, 200, answer)
}

type ArrivedPush = { account: KnownAccount; query: URLSearchParams; body: string }

async function take(
  needs: WebhookDoor,
  { account, query, body }: ArrivedPush,
  response: ServerResponse,
): Promise<void> {
  const began = needs.clock.mono()
  const opened = openWithAny(account, { query, body, now: needs.clock.now() })
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
    end(response, 200, 'success')
    return
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
    end(response, 200, 'success')
    return
  }

  const answer = await inside(needs.gate, () => needs.batches.take(push))
  needs.metrics.pushes.inc({ result: 'stored' })
  if (!answer) {
    end(response, 200, 'success')
    return
  }
  response.once('finish', () => {
    if (needs.clock.mono() - began < platformWaitsMs) needs.batches.answerWritten(answer.id)
  })
  end(response, 200, { body: rendered(opened, answer), format: opened.format })
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

function endWithError(needs: WebhookNeeds, response: ServerResponse, error: unknown): void {
  const requestId = needs.ids()
  const refuse = ({ code, message }: AppError) => {
    endRefused(response, statusOf[code], { code, message, requestId })
  }
  if (error instanceof WechatInputError) {
    needs.metrics.pushes.inc({ result: error.code })
    refuse(new AppError(error.code, error.message))
    return
  }
  if (isAppError(error) && refusedBefore.includes(error.code)) {
    refuse(error)
    return
  }
  needs.metrics.pushes.inc({ result: 'not_stored' })
  // while the database is away, the error of each push is not logged: the outage was logged once
  // where it began
  if (isAppError(error, 'store_away')) {
    refuse(error)
    return
  }
  needs.log.error({ error: String(error), requestId }, 'a push could not be stored')
  endRefused(response, 500, { code: 'internal', message: 'The push is not stored.', requestId })
}

/**
 * Errors with which a push was refused before anybody tried to store it. They are no failures of
 * the product.
 */
const refusedBefore: ErrorCode[] = ['not_found', 'too_large', 'overloaded']

function endRefused(response: ServerResponse, status: number, error: Failure['error']): void {
  end(response, status, { body: JSON.stringify({ error }), format: 'json' })
}

function end(response: ServerResponse, status: number, answer: string | PlatformReply): void {
  if (response.headersSent || response.destroyed) return
  const [type, body] =
    typeof answer === 'string'
      ? ['text/plain', answer]
      : [`application/${answer.format}`, answer.body]
  // closes the connection, so that the unread rest of a refused body need not be waited for
  if (status >= 400) response.shouldKeepAlive = false
  response
    .writeHead(status, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Length': Buffer.byteLength(body),
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body)
}
