import type { Message, OneMessage, Page } from 'kefu-wire'
import { call, withQuery } from './client.ts'

export interface TextToSend {
  clientMsgId: string
  type: 'text'
  text: string
  fence: number
}

const inSession = (id: string, rest: string) => `/sessions/${encodeURIComponent(id)}/${rest}`
const messagePath = (id: string) => `/messages/${encodeURIComponent(id)}`

export const messagesApi = {
  list: (sessionId: string, query: { before?: number; after?: number; limit?: number }) =>
    call<Page<Message>>('GET', withQuery(inSession(sessionId, 'messages'), query)).then(
      (page) => page.items,
    ),
  send: (sessionId: string, message: TextToSend) =>
    call<OneMessage>('POST', inSession(sessionId, 'messages'), message).then(
      (answer) => answer.message,
    ),
  note: (sessionId: string, text: string, clientMsgId: string) =>
    call<OneMessage>('POST', inSession(sessionId, 'notes'), { text, clientMsgId }).then(
      (answer) => answer.message,
    ),
  resend: (id: string) => call<OneMessage>('POST', `${messagePath(id)}/resend`),
  resolve: (id: string, delivered: boolean) =>
    call<OneMessage>('POST', `${messagePath(id)}/resolve`, { delivered }),
}
