// What one push does: to its customer, to a session that is opened or used, and what is answered. Nothing is read and nothing written
// here, and the facts stay as they are.
import { rankFor } from '../../../../rules/session/routing.ts'
import { queued } from '../../../../rules/session/session.ts'
import { noEffects, type Effects } from './effects.ts'
import type { Facts } from './facts.ts'
import type { NewPush } from './push.ts'
import { takeEvent } from './take-event.ts'
import { takeGrade } from './take-grade.ts'
import { takeMessage } from './take-message.ts'

export function takePush(facts: Facts, push: NewPush): Effects {
  const effects = noEffects(facts, push)
  const { deed } = push
  effects.customer.update_time = facts.at
  if (facts.graded) {
    takeGrade(facts, effects, facts.graded)
    return effects
  }
  if (deed.kind === 'event') takeEvent(facts, effects, deed)
  else if (deed.kind !== 'notice') takeMessage(facts, effects, deed)
  keepRank(facts, effects)
  return effects
}

/** Where the window that ends first goes first, every message of a customer moves their session. */
function keepRank({ at }: Facts, { push, customer, open }: Effects): void {
  if (!push.company.settings.windowFirst || open?.row.state !== queued || open.isNew) return
  const rank = rankFor(customer, true, open.row.queued_at ?? at)
  if (rank === open.row.rank) return
  open.row.rank = rank
  open.isReranked = true
}
