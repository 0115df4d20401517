import { z } from 'zod'
import { listMessages } from '../../actions/messages/list-messages.ts'
import { sendReply } from '../../actions/messages/send-reply.ts'
import { AppError } from '../../errors.ts'
import { resendMessage } from '../../actions/messages/resend-message.ts'
import { resolveMessage } from '../../actions/messages/resolve-message.ts'
import type { Content } from '../../../rules/reply/content.ts'
import { presentMessage } from '../../views/message.ts'
import { contentWith } from './content.ts'
import { pageOf } from '../engine/answers.ts'
import { pageByNumber } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'

/**
 * Refuses what cannot be sent as a customer-service message: WeChat accepts no ordinary files
 * there, and only one article of news.
 */
function sendable(content: Content): Content {
  if (content.type === 'file') {
    throw new AppError(
      'type_not_supported',
      'WeChat takes no files from official accounts: send a link to it as text.',
    )
  }
  if (content.type === 'news' && content.articles.length > 1) {
    throw new AppError(
      'invalid_input',
      'articles: WeChat takes one article in a message; send the others after it.',
      { field: 'articles' },
    )
  }
  return content
}

export const messageRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/sessions/:id/messages',
    who: 'agent',
    reach: ['session.read', 'queue.read'],
    summary: 'Lines of a session by seq',
    query: pageByNumber.extend({
      before: z.coerce.number().int().optional(),
      after: z.coerce.number().int().optional(),
    }),
    answers: pageOf('Message'),
    handle: async ({ ports, me, params, query }) => {
      const bound =
        query.cursor === undefined
          ? {}
          : { [query.after === undefined ? 'before' : 'after']: Number(query.cursor) }
      return {
        body: await listMessages(ports, me, {
          sessionId: params['id'] ?? '',
          before: query.before,
          after: query.after,
          limit: query.limit,
          ...bound,
        }),
      }
    },
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/messages',
    who: 'agent',
    reach: 'session.write',
    summary: 'Answer the customer',
    operationId: 'sendMessage',
    body: contentWith({
      clientMsgId: z.string().regex(/^[\x21-\x7e]{1,80}$/, '1 to 80 printable ASCII characters'),
      fence: z.number().int().optional(),
      useReserved: z.boolean().optional(),
    }),
    answers: 'OneMessage',
    status: 202,
    handle: async ({ ports, me, params, body }) => {
      const { clientMsgId, fence, useReserved, ...content } = body
      const row = await sendReply(ports, me, {
        sessionId: params['id'] ?? '',
        clientMsgId,
        content: sendable(content),
        fence,
        useReserved,
      })
      return { body: { message: presentMessage(row) } }
    },
  }),
  route({
    method: 'post',
    path: '/api/messages/:id/resend',
    who: 'agent',
    reach: 'line.settle',
    summary: 'Send a failed or unknown line again, as a new line',
    answers: 'OneMessage',
    status: 202,
    handle: async ({ ports, me, params }) => ({
      body: { message: presentMessage(await resendMessage(ports, me, params['id'] ?? '')) },
    }),
  }),
  route({
    method: 'post',
    path: '/api/messages/:id/resolve',
    who: 'agent',
    reach: 'line.settle',
    summary: 'Say whether a failed or unknown line arrived',
    body: z.object({ delivered: z.boolean() }),
    answers: 'OneMessage',
    handle: async ({ ports, me, params, body }) => {
      const row = await resolveMessage(ports, me, {
        id: params['id'] ?? '',
        delivered: body.delivered,
      })
      return { body: { message: presentMessage(row) } }
    },
  }),
]
