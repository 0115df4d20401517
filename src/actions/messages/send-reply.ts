// sendMessage: accepted means stored with its outbox row in one transaction; 202. The sender does the rest.
import type { CustomerRow, MessageRow, SessionRow } from '../../../entities/index.ts'
import { mayReply } from '../../../rules/reply-window.ts'
import { mayWrite } from '../../../rules/session.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { lockBoth, refuseUnbound, refuseWrite, supervises, type Me } from '../sessions/rights.ts'
import { addLine, newOutbox } from './lines.ts'
import { tellLines } from './recent.ts'

export type ReplyInput = { sessionId: string, clientMsgId: string, text: string, fence?: number | undefined, resendOf?: string | undefined }
export type ReplyNeeds = Needs<'store' | 'recent' | 'bus' | 'clock' | 'ids'>

export async function sendReply(needs: ReplyNeeds, me: Me, input: ReplyInput): Promise<MessageRow> {
  const reply = await needs.store.work('reply', async (unit) => {
    const known = await unit.messages.byClientKey(me.companyId, `a:${me.uid}`, input.clientMsgId)
    if (known) return sameOrRefuse(known, input)
    const { customer, session } = await lockBoth(unit, me.companyId, input.sessionId)
    // the same call, sent twice at once, waited behind itself
    const twin = await unit.messages.byClientKey(me.companyId, `a:${me.uid}`, input.clientMsgId)
    if (twin) return sameOrRefuse(twin, input)
    refuseWrite(mayWrite(session, { uid: me.uid, supervises: supervises(me) }, input.fence))
    refuseWindow(customer, needs.clock.now())
    await refuseUnbound(unit, session)

    return storeReply(needs, unit, { customer, session, me, input })
  })

  void tellLines(needs, [reply])
  needs.bus.publish('outbox', '')
  return reply
}

function sameOrRefuse(known: MessageRow, input: ReplyInput): MessageRow {
  if (known.session_id === input.sessionId && known.type === 'text' && known.text === input.text) return known
  throw new AppError('client_msg_id_reused', 'This clientMsgId belongs to another message: take a new one for a new message.')
}

export function refuseWindow(customer: CustomerRow, now: number): void {
  const refusal = mayReply(customer, now)
  if (refusal === 'reply_window_closed') {
    throw new AppError(refusal, 'WeChat takes no more messages for this follower until he writes again (48 hours after his last message).')
  }
  if (refusal) throw new AppError(refusal, 'WeChat takes five messages for each message of the follower: wait until he writes again.')
}

export type StoredReply = { customer: CustomerRow, session: SessionRow, me: Me, input: ReplyInput }

export async function storeReply(needs: ReplyNeeds, unit: Unit, { customer, session, me, input }: StoredReply): Promise<MessageRow> {
  const at = needs.clock.now()
  // a supervisor interjects: the owner stays, and the line says who spoke
  const own = session.uid === me.uid
  const line = addLine(customer, session, {
    message_id: needs.ids(), opercode: own ? 1 : 3, additional_uid: own ? null : me.uid, resend_of: input.resendOf ?? null, text: input.text, sender: `a:${me.uid}`, client_key: input.clientMsgId, delivery: 'pending', add_time: at,
  })
  const outbox = newOutbox(customer, line, { way: 'api', at })
  if (own) session.unread = 0
  await unit.customers.save({ ...customer, budget_left: customer.budget_left - 1, active_at: at })
  await unit.sessions.save(session)
  await unit.missed.answered(session.company_id, session.wx_user_id)
  await unit.messages.insert([line])
  await unit.outbox.insert([outbox])
  return line
}
