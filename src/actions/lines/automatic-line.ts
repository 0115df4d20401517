// A line that is said automatically in a step of a session: the greeting, or the question how the
// service was. If the reply window has no reply left for it, it is not even stored.
import type { CustomerRow, MessageRow, OutboxRow, SessionRow } from '../../../entities/index.ts'
import { writtenBy } from '../../../rules/reply/message.ts'
import { standing, takeReply } from '../../../rules/reply/reply-window.ts'
import type { Needs } from '../../ports.ts'
import { windowEvent, type Event } from '../streams/write.ts'
import { addLine, newOutbox } from './new-rows.ts'

type AutomaticContent = Pick<MessageRow, 'type' | 'sender' | 'client_key'> & Partial<MessageRow>
/**
 * What is to be said automatically. `keep` is how many replies of the window must be left over for
 * people; if fewer would be, nothing is said.
 */
export type AutomaticWish = {
  customer: CustomerRow
  session: SessionRow
  keep: number
  said: AutomaticContent
}

/**
 * The rows of an automatic line, which are written together with a step of the session, and
 * customer and session as they are with that line.
 */
export type AutomaticLines = {
  customer: CustomerRow
  session: SessionRow
  lines: MessageRow[]
  outbox: OutboxRow[]
  events: Event[]
}

const silence = (customer: CustomerRow, session: SessionRow): AutomaticLines => ({
  customer,
  session,
  lines: [],
  outbox: [],
  events: [],
})

export function automaticLine(
  needs: Needs<'ids' | 'clock'>,
  { customer, session, keep, said }: AutomaticWish,
): AutomaticLines {
  const at = needs.clock.now()
  if (standing(customer, at).remaining <= keep) return silence(customer, session)
  const added = addLine(customer, session, {
    message_id: needs.ids(),
    opercode: writtenBy.rule,
    delivery: 'pending',
    add_time: at,
    ...said,
  })
  const outbox = newOutbox(customer, added.line, { way: 'api', at })
  const taken = { ...customer, ...takeReply(customer, at), out_n: outbox.n }
  return {
    customer: taken,
    session: added.session,
    lines: [added.line],
    outbox: [outbox],
    events: windowEvent(taken, added.session, at),
  }
}
