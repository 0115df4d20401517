// What follows from a rule for the session that the message opened.
import type { Found } from './keyword.ts'
import type { Settings } from '../settings.ts'

/** Null: it goes to people. Else it ends at once, its lines are kept, and the next message opens another. */
export type Ended = 'answered_by_rule' | 'not_asked' | null

/**
 * `unanswered`: where a rule answered, people are not needed; the default rule answers nothing. `asked`: only who is handed on by a rule
 * waits for people.
 */
export function endsAtOnce(queueWhen: Settings['queueWhen'], found: Found | null): Ended {
  if (queueWhen === 'always' || found?.rule.named) return null
  if (found && (queueWhen === 'asked' || found.rule.kind !== 'default')) return 'answered_by_rule'
  return queueWhen === 'asked' ? 'not_asked' : null
}
