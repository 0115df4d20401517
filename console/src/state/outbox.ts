import { reactive } from 'vue'
import type { Message } from 'kefu-wire'
import { messageTypes, writtenBy } from './stored-numbers.ts'
import { NoAnswer, Refusal } from '../api/client.ts'
import { messagesApi, type TextToSend } from '../api/messages.ts'
import { say } from '../words/errors.ts'
import { explainError, showError } from './notices.ts'

/**
 * Replies that were typed and are not yet accepted by the server. They are kept when another
 * session is opened, or when the same person signs in again.
 */
export interface Outgoing extends TextToSend {
  sessionId: string
  stage: 'sending' | 'lost' | 'refused'
  explanation: string
  createdAt: string
}

export const outgoing = reactive<{ items: Outgoing[] }>({ items: [] })
export const drafts = new Map<string, string>()
const lastOf = new Map<string, Promise<unknown>>()
let ownerUid: number | undefined

export function belongTo(uid: number) {
  if (ownerUid !== uid) forgetAll()
  ownerUid = uid
}

export function forgetAll() {
  ownerUid = undefined
  outgoing.items = []
  drafts.clear()
  lastOf.clear()
}

export function discard(clientMsgId: string) {
  outgoing.items = outgoing.items.filter((item) => item.clientMsgId !== clientMsgId)
}

export function put(session: { id: string; fence: number }, text: string) {
  const { id, fence } = session
  const explanation = ''
  outgoing.items.push({
    sessionId: id,
    clientMsgId: crypto.randomUUID(),
    type: 'text',
    text,
    fence,
    stage: 'sending',
    explanation,
    createdAt: new Date().toISOString(),
  })
  return outgoing.items.at(-1)
}

/**
 * Sends the replies of a session one after the other, so that the customer reads them in the order
 * in which they were written.
 */
export function post(item: Outgoing): Promise<Message | null> {
  item.stage = 'sending'
  const turn = (lastOf.get(item.sessionId) ?? Promise.resolve()).then(() => postNow(item))
  lastOf.set(item.sessionId, turn)
  return turn
}

async function postNow(item: Outgoing) {
  const { clientMsgId, type, text, fence } = item
  try {
    const message = await messagesApi.send(item.sessionId, { clientMsgId, type, text, fence })
    discard(clientMsgId)
    return message
  } catch (error) {
    // After a missing answer or a server failure the reply may have been stored. Only a repetition
    // with the same clientMsgId is safe then.
    const isLost =
      error instanceof NoAnswer ||
      (error instanceof Refusal && (error.status >= 429 || error.status === 401))
    item.stage = isLost ? 'lost' : 'refused'
    item.explanation = isLost ? say('lostHint') : explainError(error)
    showError(error)
    return null
  }
}

export function asMessage(item: Outgoing): Message {
  const { clientMsgId, sessionId, type, text, createdAt, stage, explanation } = item
  const delivery = {
    state: stage === 'sending' ? ('sending' as const) : ('failed' as const),
    explanation,
  }
  return {
    id: clientMsgId,
    clientMsgId,
    sessionId,
    seq: 0,
    direction: 'out',
    opercode: writtenBy.agent,
    messageType: messageTypes.text,
    type,
    text,
    createdAt,
    delivery,
  }
}
