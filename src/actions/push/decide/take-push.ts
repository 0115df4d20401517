// Decides what one push does: to its customer, to the session it opens or continues, and how it is
// answered. Nothing is read from or written to the database here, and the facts are not changed.
import { rankFor } from '../../../../rules/session/routing.ts'
import { queued } from '../../../../rules/session/states.ts'
import { changeCustomer, noEffects, type Effects } from './effects.ts'
import type { Facts } from './facts.ts'
import type { NewPush } from './push.ts'
import { takeEvent } from './take-event.ts'
import { takeGrade } from './take-grade.ts'
import { takeMessage } from './take-message.ts'

export function takePush(facts: Facts, push: NewPush): Effects {
  const effects = noEffects(facts, push)
  const { deed } = push
  changeCustomer(effects, { update_time: facts.at })
  if (facts.graded) {
    takeGrade(facts, effects, facts.graded)
    return effects
  }
  if (deed.kind === 'event') takeEvent(facts, effects, deed)
  else if (deed.kind !== 'notice') takeMessage(facts, effects, deed)
  keepRank(facts, effects)
  return effects
}

/**
 * Gives the customer's queued session a new rank if the company serves first the session whose
 * reply window ends first: each message of the customer moves the end of that window.
 */
function keepRank({ at }: Facts, { push, customer, open }: Effects): void {
  if (!push.company.settings.windowFirst || open?.row.state !== queued || open.isNew) return
  const rank = rankFor(customer, true, open.row.queued_at ?? at)
  if (rank === open.row.rank) return
  open.row = { ...open.row, rank }
  open.isReranked = true
}
