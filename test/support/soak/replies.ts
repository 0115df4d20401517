// Compares what agents wrote with the outbox and with what the simulator received.
import type { Rows } from './look.ts'
import { isReply, type Sends } from './sends.ts'
import { countIf, grouped, type Whole } from './whole.ts'

type OutboxReply = {
  message_id: string
  text: string
  sender: string
  client_key: string
  wx_user_id: string
  n: number
  state: string
  settled_at: number | null
}

/** Compares the accepted replies, their results and what the simulator received. */
export async function checkReplies(rows: Rows, whole: Whole & { sends: Sends }): Promise<void> {
  const replies = await rows<OutboxReply>(
    'select m.message_id, m.text, m.sender, m.client_key, o.wx_user_id, o.n, o.state from message_data m join outbox o on o.outbox_id = m.message_id where m.opercode in (1, 3, 4)',
  )
  checkOnce(replies, whole)
  checkArrived(replies, whole)
  checkSentInOrder(replies, whole)
}

function checkOnce(replies: OutboxReply[], whole: Whole): void {
  const { before, promises } = whole
  const posted = before.filter(
    ({ outcome, detail }) =>
      outcome === 'ok' && detail.clientMsgId !== undefined && detail.messageId,
  )
  for (const [key, same] of grouped(posted, ({ detail }) => detail.clientMsgId)) {
    if (same.length < 2) continue
    countIf(whole, 'P14', same.length)
    if (new Set(same.map(({ detail }) => detail.messageId)).size === 1) continue
    promises.broke('P14', `${key} was answered with several messages`, [key])
  }
  for (const [key, same] of grouped(replies, (one) => `${one.sender} ${one.client_key}`)) {
    if (same.length > 1) promises.broke('P14', `${key} is stored ${same.length} times`, [key])
  }
}

/** The ids of the replies that a person settled. They had failed or were unknown before. */
const settledByHand = ({ before }: Whole): Set<string> =>
  new Set(before.filter(({ op }) => op === 'resend' || op === 'resolve').map(({ key }) => key))

/**
 * Compares the state of each reply with what arrived. If a person settled a reply, its state is
 * their decision; during the run somebody may be settling it at this moment.
 */
function checkArrived(replies: OutboxReply[], whole: Whole & { sends: Sends }): void {
  const { promises, sends, last } = whole
  const byHand = settledByHand(whole)
  const written = replies.filter(({ text }) => isReply(text))
  for (const [text, same] of grouped(written, (one) => one.text)) {
    const arrived = (sends.byText.get(text) ?? []).filter(({ delivered }) => delivered).length
    const isByHand = same.length > 1 || same.some(({ message_id: id }) => byHand.has(id))
    const [least, most] =
      isByHand || !last
        ? [0, same.length]
        : [
            same.filter(({ state }) => state === 'sent').length,
            same.filter(({ state }) => state !== 'failed').length,
          ]
    countIf(whole, 'P11', same.length)
    if (arrived > most) promises.broke('P11', toldOf(text, same, arrived), [text])
    if (arrived < least) promises.broke('P10', toldOf(text, same, arrived), [text])
  }
}

const toldOf = (text: string, same: OutboxReply[], arrived: number) =>
  `"${text}" is ${same.map(({ state }) => state).join(', ')} and reached the follower ${arrived} times`

/**
 * Checks that replies were sent in order, as far as the time at which they were sent is certain. Of
 * a reply that a person settled it is not: it may have been unknown, and the simulator may have
 * recorded it later than those behind it.
 */
function checkSentInOrder(replies: OutboxReply[], whole: Whole & { sends: Sends }): void {
  const { promises, sends } = whole
  const byHand = settledByHand(whole)
  const sent = replies.flatMap((reply) => {
    const send = sends.byText.get(reply.text)
    const only = send?.length === 1 ? send[0] : undefined
    const isCertain = reply.state === 'sent' && !byHand.has(reply.message_id)
    return only && isCertain ? [{ ...reply, at: only.n }] : []
  })
  for (const own of grouped(sent, ({ wx_user_id }) => wx_user_id).values()) {
    own.sort((a, b) => a.n - b.n)
    for (const [at, later] of own.entries()) {
      const earlier = own[at - 1]
      if (!earlier) continue
      countIf(whole, 'P13', 1)
      if (earlier.at < later.at) continue
      promises.broke('P13', `"${later.text}" left before "${earlier.text}"`, [
        later.text,
        earlier.text,
      ])
    }
  }
}
