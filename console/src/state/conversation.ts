import { computed, ref, shallowRef } from 'vue'
import type { Message, Session } from 'kefu-wire'
import { messagesApi } from '../api/messages.ts'
import { sessionsApi } from '../api/sessions.ts'
import { showError } from './notices.ts'
import { asMessage, discard, outgoing, post, put } from './outbox.ts'
import { repeat } from './polling.ts'

const pageSize = 50
const isMoving = (line: Message) =>
  line.delivery?.state === 'pending' || line.delivery?.state === 'sending'
/**
 * The number of a line in its session. The type allows null, because lines outside a session have
 * no number; here every line has one.
 */
const seqOf = ({ seq }: Message) => seq ?? 0
const isUnknown = (line: Message) => line.delivery?.state === 'unknown'

export function keepLines() {
  const bySeq = new Map<number, Message>()
  const lines = shallowRef<Message[]>([])
  // The line after which new ones are read next. Only lines read in order change it, because the
  // answer to a send may be ahead of lines that were not read yet.
  let readUpTo = 0

  function merge(items: Message[]) {
    for (const item of items) {
      const known = bySeq.get(seqOf(item))
      const isStale = known?.delivery && !isMoving(known) && isMoving(item)
      if (!isStale) bySeq.set(seqOf(item), item)
      if (item.clientMsgId) discard(item.clientMsgId)
    }
    if (items.length > 0) lines.value = [...bySeq.values()].sort((a, b) => seqOf(a) - seqOf(b))
  }

  async function readNew(id: string) {
    const items = await messagesApi.list(
      id,
      readUpTo > 0 ? { after: readUpTo, limit: pageSize } : { limit: pageSize },
    )
    readUpTo = Math.max(readUpTo, ...items.map(seqOf))
    merge(items)
    return items.length
  }

  async function refresh(id: string, alsoUnknown: boolean) {
    let covered = 0
    for (const line of lines.value.filter(
      (item) => isMoving(item) || (alsoUnknown && isUnknown(item)),
    )) {
      const seq = seqOf(line)
      if (seq <= covered) continue
      const items = await messagesApi.list(id, { after: seq - 1, limit: pageSize })
      covered = Math.max(seq, ...items.map(seqOf))
      merge(items)
    }
  }
  return { lines, merge, readNew, refresh }
}

export function openConversation(id: string, gone: (error: unknown) => void) {
  const session = ref<Session | null>(null)
  const hasEarlier = ref(false)
  const kept = keepLines()
  const shown = computed(() => [
    ...kept.lines.value,
    ...outgoing.items.filter((item) => item.sessionId === id).map(asMessage),
  ])
  let rounds = 0

  async function look() {
    const isFirst = rounds === 0
    session.value = await sessionsApi.get(id)
    let count = await kept.readNew(id)
    if (isFirst) hasEarlier.value = count >= pageSize
    else while (count >= pageSize) count = await kept.readNew(id)
    await kept.refresh(id, rounds % 5 === 0)
    rounds++
  }

  async function readEarlier() {
    const items = await messagesApi.list(id, {
      before: kept.lines.value[0]?.seq ?? 0,
      limit: pageSize,
    })
    hasEarlier.value = items.length >= pageSize
    kept.merge(items)
  }

  async function deliver(item: ReturnType<typeof put>) {
    const message = item && (await post(item))
    if (message) kept.merge([message])
    else look().catch(showError)
  }

  function send(text: string) {
    return session.value ? deliver(put(session.value, text)) : Promise.resolve()
  }

  function retry(clientMsgId: string) {
    const item = outgoing.items.find((each) => each.clientMsgId === clientMsgId)
    // A refused reply was not stored, so it is sent anew with the fence of the present session. A
    // reply without an answer is repeated unchanged.
    if (item?.stage === 'refused' && session.value) item.fence = session.value.fence
    return deliver(item)
  }

  const stop = repeat(2000, look, gone)
  return {
    session,
    shown,
    hasEarlier,
    look,
    readEarlier,
    send,
    retry,
    refresh: () => kept.refresh(id, true),
    stop,
  }
}
