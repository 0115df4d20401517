// Decides what a rule's answer means for the session that the message opened: does it wait for an
// agent, or end at once?
import type { Found } from './keyword.ts'
import type { Settings } from '../settings.ts'

/**
 * Why a session ends at once, because a rule answered or the customer did not ask for a person. Its
 * lines are kept, and the customer's next message opens another session. Null if it does not end
 * and waits for an agent.
 */
export type Ended = 'answered_by_rule' | 'not_asked' | null

/**
 * Whether the session that a message opened ends at once. `queueWhen` is the company's choice. With
 * `always`, every session waits for an agent. With `unanswered`, one that a rule answered needs
 * none, unless the rule hands the customer on (the default rule does not count as an answer). With
 * `asked`, only customers whom a rule hands on wait for an agent.
 */
export function endsAtOnce(queueWhen: Settings['queueWhen'], found: Found | null): Ended {
  if (queueWhen === 'always' || found?.rule.named) return null
  if (found && (queueWhen === 'asked' || found.rule.kind !== 'default')) return 'answered_by_rule'
  return queueWhen === 'asked' ? 'not_asked' : null
}
