import type { MessageRow } from '../../../entities/index.ts'
import { contentOf } from '../../../rules/reply/content.ts'
import { mayWrite } from '../../../rules/session/session.ts'
import { personIn, type Me } from '../access/caller.ts'
import { refuseUnbound, refuseWrite } from '../access/refuse.ts'
import { tellLines } from '../lines/recent.ts'
import { lockUnsettled, settleByHand } from './resolve-message.ts'
import { refuseWindow, storeReply, type ReplyNeeds } from './send-reply.ts'

/**
 * A person decides to send a reply again. This creates a new line that refers to the old one, and
 * the old one is settled.
 */
export async function resendMessage(needs: ReplyNeeds, me: Me, id: string): Promise<MessageRow> {
  const line = await needs.store.work('reply', async (unit) => {
    const { customer, session, message } = await lockUnsettled(unit, me, id)
    const writer = await personIn(unit, me, session)
    refuseWrite(mayWrite(session, writer, undefined))
    await refuseWindow(needs, customer, true)
    await refuseUnbound(unit, session)

    const input = {
      sessionId: session.session_id,
      // this clientMsgId contains a space, which one that a client chooses must not, so the two
      // cannot collide
      clientMsgId: `resend ${id}`,
      content: contentOf(message),
      resendOf: id,
    }
    const stored = await storeReply(needs, unit, { customer, session, writer, input })
    await settleByHand(needs, unit, { message, state: 'failed', why: 'resent' })
    return stored
  })

  tellLines(needs, [line])
  needs.bus.publish('outbox', '')
  return line
}
