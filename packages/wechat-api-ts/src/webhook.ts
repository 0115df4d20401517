// The door for pushes, under Express or node:http. The platform waits 5 s for an answer: what takes longer goes to `late`.
import type { ServerResponse } from 'node:http'
import { dedupKey } from './dedup.ts'
import { bodyOf, end, endWithError, inTime, queryOf, warn, type WebhookRequest } from './door.ts'
import { WechatInputError } from './errors.ts'
import type { Inbound } from './inbound.ts'
import { onceInMemory, type MaybeReply, type Once } from './once.ts'
import { openPush, type AccountKeys } from './push.ts'
import { replyFault } from './reply-fault.ts'
import { renderReply, type PassiveReply } from './reply.ts'
import { isFresh, verifyQuery } from './sign.ts'

export type WebhookOptions = AccountKeys & {
  /** Remembers which pushes came; by default in this process, for a minute. */
  once?: Once
  /** Gets an answer for which the platform no longer waits: send it as a customer-service message. */
  late?: (inbound: Inbound, reply: PassiveReply) => unknown
  onError?: (error: unknown) => void
  answerWithinMs?: number
  /** How far from now the time of a push may be whose signature does not cover its body. */
  freshForSeconds?: number
}
export type WebhookAnswer = PassiveReply | string | null | undefined
export type WebhookHandler<R> = (
  inbound: Inbound,
  request: R,
) => WebhookAnswer | Promise<WebhookAnswer>

export function webhook<R extends WebhookRequest>(
  options: WebhookOptions,
  handler: WebhookHandler<R>,
) {
  const {
    once = onceInMemory(),
    late = nobody,
    onError = warn,
    answerWithinMs = 4500,
    freshForSeconds = 300,
  } = options
  const leftToLate = new WeakSet<Promise<MaybeReply>>()

  const answerOf = async (
    request: R,
    response: ServerResponse,
    query: URLSearchParams,
  ): Promise<string | { xml: string }> => {
    const { inbound, seal } = openPush(options, query, await bodyOf(request))
    const running = once(`${options.appid} ${dedupKey(inbound)}`, async () =>
      asReply(await handler(inbound, request)),
    )
    const reply = await inTime(running, answerWithinMs)
    // whose connection broke comes again, and waits for the same answer
    if (reply === undefined && !response.destroyed && !leftToLate.has(running)) {
      leftToLate.add(running)
      running.then((made) => made && late(inbound, made)).catch(onError)
    }
    const fault = reply && replyFault(inbound, reply)
    if (fault) onError(new RangeError(fault))
    if (!reply || fault || leftToLate.has(running)) return 'success'
    return {
      xml: seal(
        renderReply(
          { openid: inbound.openid, originalId: inbound.toUserName },
          reply,
          Date.now() / 1000,
        ),
      ),
    }
  }
  return async (request: R, response: ServerResponse): Promise<void> => {
    try {
      const query = queryOf(request)
      const signed = request.method !== 'GET' && query.get('encrypt_type') === 'aes'
      if (!signed && !(verifyQuery(options.token, query) && isFresh(query, freshForSeconds))) {
        throw new WechatInputError('bad_signature')
      }
      end(
        response,
        200,
        request.method === 'GET'
          ? (query.get('echostr') ?? '')
          : await answerOf(request, response, query),
      )
    } catch (error) {
      endWithError(response, error)
      onError(error)
    }
  }
}

const asReply = (answer: WebhookAnswer): MaybeReply =>
  typeof answer === 'string' ? { type: 'text', text: answer } : (answer ?? null)
const nobody = () => {
  throw new Error('an answer was late, and no `late` takes it')
}
