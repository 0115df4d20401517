// A line that leaves without a person having written it. It is sent within the reply budget or not at all.
import type { CustomerRow, MessageRow, OutboxRow, SessionRow } from '../../../entities/index.ts'
import { mayReply } from '../../../rules/reply-window.ts'
import type { Needs } from '../../ports.ts'
import { addLine, newOutbox } from './lines.ts'

type Said = Pick<MessageRow, 'type' | 'sender' | 'client_key'> & Partial<MessageRow>
/** `keep`: so many replies are left for people. */
type Wanted = { customer: CustomerRow, session: SessionRow, keep: number, said: Said }

export function automaticLine(needs: Needs<'ids' | 'clock'>, { customer, session, keep, said }: Wanted) {
  const at = needs.clock.now()
  const none: { customer: CustomerRow, lines: MessageRow[], outbox: OutboxRow[] } = { customer, lines: [], outbox: [] }
  if (mayReply({ ...customer, budget_left: customer.budget_left - keep }, at) !== null) return none
  const line = addLine(customer, session, { message_id: needs.ids(), opercode: 6, delivery: 'pending', add_time: at, ...said })
  const outbox = [newOutbox(customer, line, { way: 'api', at })]
  return { customer: { ...customer, budget_left: customer.budget_left - 1 }, lines: [line], outbox }
}
