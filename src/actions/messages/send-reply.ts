// Accepts a reply from a person. The line and its outbox row are stored in one transaction and the
// call is answered 202; the sender then delivers it.
import type { CustomerRow, MessageRow, SessionRow } from '../../../entities/index.ts'
import { columnsOf, contentOf, isSameContent, type Content } from '../../../rules/reply/content.ts'
import { writtenBy } from '../../../rules/reply/message.ts'
import { mayReply, takeReply, type WindowRefusal } from '../../../rules/reply/reply-window.ts'
import { mayWrite, type ActingPerson } from '../../../rules/session/session.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { windowEvent, writeEvents } from '../streams/write.ts'
import { personIn, type Me } from '../access/caller.ts'
import { lockBoth } from '../access/lock.ts'
import { refuseUnbound, refuseWrite } from '../access/refuse.ts'
import { fileColumns } from '../media/outgoing-media.ts'
import { addLine, newOutbox } from '../lines/new-rows.ts'
import { tellLines } from '../lines/recent.ts'

export type ReplyInput = {
  sessionId: string
  clientMsgId: string
  content: Content
  fence?: number | undefined
  resendOf?: string | undefined
  /**
   * Whether to use the last reply of the window, which the company's setting otherwise keeps back.
   */
  useReserved?: boolean | undefined
}
export type ReplyNeeds = Needs<'store' | 'recent' | 'bus' | 'clock' | 'ids' | 'known' | 'log'>

export async function sendReply(needs: ReplyNeeds, me: Me, input: ReplyInput): Promise<MessageRow> {
  const reply = await needs.store.work('reply', async (unit) => {
    const known = await unit.messages.byClientKey(
      me.companyId,
      agentActor(me.uid),
      input.clientMsgId,
    )
    if (known) return sameOrRefuse(known, input)
    const { customer, session } = await lockBoth(unit, me.companyId, input.sessionId)
    // a client may have sent the same call twice at once; the second waited for the first and now
    // finds the line that the first one stored
    const twin = await unit.messages.byClientKey(
      me.companyId,
      agentActor(me.uid),
      input.clientMsgId,
    )
    if (twin) return sameOrRefuse(twin, input)
    const writer = await personIn(unit, me, session)
    refuseWrite(mayWrite(session, writer, input.fence))
    await refuseWindow(needs, customer, input.useReserved)
    await refuseUnbound(unit, session)

    return storeReply(needs, unit, { customer, session, writer, input })
  })

  tellLines(needs, [reply])
  needs.bus.publish('outbox', '')
  return reply
}

function sameOrRefuse(known: MessageRow, input: ReplyInput): MessageRow {
  if (known.session_id === input.sessionId && isSameContent(contentOf(known), input.content)) {
    return known
  }
  throw new AppError(
    'client_msg_id_reused',
    'This clientMsgId belongs to another message: take a new one for a new message.',
  )
}

/**
 * Checked before anything is stored: if WeChat would refuse the reply, it is better to refuse it
 * here and say what can be done.
 */
export async function refuseWindow(
  needs: Needs<'known' | 'clock'>,
  customer: CustomerRow,
  useReserved = false,
): Promise<void> {
  const reserve =
    !useReserved &&
    (await needs.known.company(customer.company_id))?.settings.reserveLastReply === true
  const refusal = mayReply(customer, needs.clock.now(), reserve)
  if (!refusal) return
  const isReserved = refusal === 'last_reply_reserved'
  throw new AppError(
    isReserved ? 'reply_budget_used' : refusal,
    windowWords[refusal],
    isReserved ? { reserved: true } : undefined,
  )
}

const windowWords: Record<NonNullable<WindowRefusal>, string> = {
  reply_window_closed:
    'WeChat takes no more messages for this follower until they write again (48 hours after their last message).',
  reply_budget_used:
    'WeChat takes five messages for each message of the follower: wait until they write again.',
  last_reply_reserved:
    'Your company keeps the last reply for a closing word: send it with useReserved if this is it.',
}

export type StoredReply = {
  customer: CustomerRow
  session: SessionRow
  writer: ActingPerson
  input: ReplyInput
}

export async function storeReply(
  needs: ReplyNeeds,
  unit: Unit,
  { customer, session, writer, input }: StoredReply,
): Promise<MessageRow> {
  const at = needs.clock.now()
  const files = await fileColumns(unit, session.company_id, input.content)
  const added = addLine(customer, session, {
    message_id: needs.ids(),
    ...(await speaker(unit, session, writer)),
    resend_of: input.resendOf ?? null,
    ...columnsOf(input.content),
    ...files,
    sender: agentActor(writer.uid),
    client_key: input.clientMsgId,
    delivery: 'pending',
    add_time: at,
  })
  const { line } = added
  const outbox = newOutbox(customer, line, { way: 'api', at })
  const isRead = line.opercode !== writtenBy.supervisor
  const taken = { ...takeReply(customer, at), active_at: at, out_n: outbox.n }
  unit.customers.change(customer.company_id, customer.wx_user_id, taken)
  unit.sessions.touch([{ ...added.session, ...(isRead && { unread: 0 }) }])
  unit.missed.answered(session.company_id, session.wx_user_id)
  unit.messages.insert([line])
  unit.outbox.insert([outbox])
  writeEvents(needs, unit, windowEvent({ ...customer, ...taken }, session, at))
  return line
}

/**
 * Lines of members of a group chat and of supervisors who step in name their author; the session
 * keeps its owner.
 */
async function speaker(unit: Unit, session: SessionRow, writer: ActingPerson) {
  if (session.uid === writer.uid) return { opercode: writtenBy.agent }
  const name = (await unit.users.find(session.company_id, writer.uid))?.name ?? null
  return {
    opercode: writer.isMember ? writtenBy.member : writtenBy.supervisor,
    additional_uid: writer.uid,
    additional_user_name: name,
  }
}
