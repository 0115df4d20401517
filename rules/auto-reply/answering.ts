// Decides what a rule's answer means for the session that the message opened: does it wait for an
// agent, or end at once?
import type { Found } from './keyword.ts'
import type { Settings } from '../settings.ts'

/**
 * Null: the session waits for an agent. Otherwise it ends at once, its lines are kept, and the
 * customer's next message opens another.
 */
export type Ended = 'answered_by_rule' | 'not_asked' | null

/**
 * `queueWhen` is the company's choice. With `unanswered`, a session that a rule answered needs no
 * agent (the default rule does not count as an answer). With `asked`, only customers whom a rule
 * hands on wait for an agent.
 */
export function endsAtOnce(queueWhen: Settings['queueWhen'], found: Found | null): Ended {
  if (queueWhen === 'always' || found?.rule.named) return null
  if (found && (queueWhen === 'asked' || found.rule.kind !== 'default')) return 'answered_by_rule'
  return queueWhen === 'asked' ? 'not_asked' : null
}
