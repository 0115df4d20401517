// Requests to addresses below /wechat/ that come through node:http: pushes that are not plain
// enough for the front, and whatever is no push at all.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Limits } from '../../ports.ts'
import { addressOf } from '../engine/address.ts'
import { readPushBody } from '../engine/read-body.ts'
import { openSlowBodies } from '../engine/slow-bodies.ts'
import type { Webhook, WebhookReply } from './webhook.ts'

export function overHttp(limits: Limits, webhook: Webhook) {
  const slow = openSlowBodies()
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request
    const body = () =>
      slow.read(addressOf(request, limits), (refused) => readPushBody(request, refused))
    end(response, await webhook({ method, url, body }))
  }
}

function end(response: ServerResponse, { status, type, body, written }: WebhookReply): void {
  if (response.headersSent || response.destroyed) return
  if (written) response.once('finish', written)
  // closes the connection, so that the unread rest of a refused body need not be waited for
  if (status >= 400) response.shouldKeepAlive = false
  response
    .writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body),
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body)
}
