import { call, withQuery, type Page } from './client.ts'

export type DeliveryState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown'

export interface Media {
  state: 'ready' | 'pending' | 'lost' | 'unavailable'
  url?: string
  mime?: string
  size?: number
  name?: string
  thumb?: { url: string }
}

export interface Message {
  id: string
  sessionId: string
  seq: number
  direction: 'in' | 'out' | 'system'
  opercode: number
  type: string
  text?: string | null
  media?: Media
  location?: { latitude: number | null; longitude: number | null; label: string }
  link?: { title: string; description: string; url: string }
  event?: { name: string; key: string; detail?: string }
  /** The database refused the original message, and this line stands in its place. */
  refused?: true
  agentUid?: number | null
  agentName?: string | null
  clientMsgId?: string | null
  resendOf?: string | null
  delivery?: { state: DeliveryState; errcode?: number | null; explanation?: string | null } | null
  createdAt: string
}

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
    call<{ message: Message }>('POST', inSession(sessionId, 'messages'), message).then(
      (answer) => answer.message,
    ),
  note: (sessionId: string, text: string, clientMsgId: string) =>
    call<{ message: Message }>('POST', inSession(sessionId, 'notes'), { text, clientMsgId }).then(
      (answer) => answer.message,
    ),
  resend: (id: string) => call<unknown>('POST', `${messagePath(id)}/resend`),
  resolve: (id: string, delivered: boolean) =>
    call<unknown>('POST', `${messagePath(id)}/resolve`, { delivered }),
}
