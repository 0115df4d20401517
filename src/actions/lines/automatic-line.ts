// A line that is sent without a person having written it. If the reply window has no reply left for
// it, it is not sent at all.
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
type AutomaticWish = {
  customer: CustomerRow
  session: SessionRow
  keep: number
  said: AutomaticContent
}

/**
 * The rows of an automatic line, which are written together with a step of the session; null if
 * nothing is said.
 */
export type AutomaticLines = {
  customer: CustomerRow
  lines: MessageRow[]
  outbox: OutboxRow[]
  events: Event[]
}

export const silence = (customer: CustomerRow): AutomaticLines => ({
  customer,
  lines: [],
  outbox: [],
  events: [],
})

export function automaticLine(
  needs: Needs<'ids' | 'clock'>,
  { customer, session, keep, said }: AutomaticWish,
): AutomaticLines {
  const at = needs.clock.now()
  if (standing(customer, at).remaining <= keep) return silence(customer)
  const line = addLine(customer, session, {
    message_id: needs.ids(),
    opercode: writtenBy.rule,
    delivery: 'pending',
    add_time: at,
    ...said,
  })
  const outbox = [newOutbox(customer, line, { way: 'api', at })]
  const taken = { ...customer, ...takeReply(customer, at) }
  return { customer: taken, lines: [line], outbox, events: windowEvent(taken, session, at) }
}
