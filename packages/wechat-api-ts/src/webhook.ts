// Receives pushes under Express or node:http. WeChat waits 5 s for an answer; answers that take
// longer are given to `late`.
import type { ServerResponse } from 'node:http'
import { dedupKey } from './dedup.ts'
import { bodyOf, end, endWithError, inTime, queryOf, warn, type WebhookRequest } from './door.ts'
import { WechatInputError } from './errors.ts'
import type { Inbound } from './inbound.ts'
import { onceInMemory, type MaybeReply, type Once } from './once.ts'
import type { PushFormat } from './fields.ts'
import { checkKeys, openPush, type AccountKeys } from './push.ts'
import { replyFault } from './reply-fault.ts'
import { renderReply, type PassiveReply } from './reply.ts'
import { isFresh, verifyQuery } from './sign.ts'

export type WebhookOptions = AccountKeys & {
  /**
   * Remembers which pushes arrived. By default the newest 50,000 are remembered in this process, for
   * longer than an old push is accepted.
   */
  once?: Once
  /** Gets an answer that comes too late for WeChat; send it as a customer-service message. */
  late?: (inbound: Inbound, reply: PassiveReply) => unknown
  onError?: (error: unknown) => void
  answerWithinMs?: number
  /**
   * How far the time of a push may be from now. Somebody who recorded a push could send it again
   * for this long.
   */
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
  checkKeys(options)
  const {
    late = nobody,
    onError = warn,
    answerWithinMs = 4500,
    freshForSeconds = 300,
    once = onceInMemory({ forSeconds: 2 * freshForSeconds + 60 }),
  } = options
  const leftToLate = new WeakSet<Promise<MaybeReply>>()

  const answerOf = async (
    request: R,
    response: ServerResponse,
    query: URLSearchParams,
  ): Promise<string | { body: string; format: PushFormat }> => {
    const { inbound, seal, format } = openPush(options, query, await bodyOf(request))
    const running = once(`${options.appid} ${dedupKey(inbound)}`, async () =>
      asReply(await handler(inbound, request)),
    )
    const reply = await inTime(running, answerWithinMs)
    // An answer that takes too long is passed to `late`, but not if the connection broke: then
    // WeChat delivers the push again, and that request waits for the same answer.
    if (reply === undefined && !response.destroyed && !leftToLate.has(running)) {
      leftToLate.add(running)
      running.then((made) => made && late(inbound, made)).catch(onError)
    }
    const fault = reply && replyFault(inbound, reply)
    if (fault) onError(new RangeError(fault))
    if (!reply || fault || leftToLate.has(running)) return 'success'
    const to = { openid: inbound.openid, originalId: inbound.toUserName, format }
    return { body: seal(renderReply(to, reply, Date.now() / 1000)), format }
  }
  return async (request: R, response: ServerResponse): Promise<void> => {
    try {
      const query = queryOf(request)
      const sealed = request.method !== 'GET' && query.get('encrypt_type') === 'aes'
      if (!isFresh(query, freshForSeconds) || !(sealed || verifyQuery(options.token, query))) {
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
