// Asks the customer how the service was, after a session in which a person answered. It is asked
// once, and only if the reply window has a reply left.
import type { CustomerRow } from '../../../entities/index.ts'
import { columnsOf } from '../../../rules/reply/content.ts'
import { satisfactionMenu } from '../../../rules/session/satisfaction.ts'
import { closed } from '../../../rules/session/states.ts'
import type { Settings } from '../../../rules/settings.ts'
import { speakerActor } from '../../../rules/session/actor.ts'
import type { Needs } from '../../ports.ts'
import { speak, unspoken, type Spoken } from './spoken.ts'
import type { Moved } from './take-step.ts'

type EndedSession = { customer: CustomerRow; moved: Moved; settings: Settings }

/**
 * The question how the service was, which is written in the step that closes the session. It is
 * asked if the owner or a timer closes the session, but not if a supervisor does.
 */
export function askSatisfaction(
  needs: Needs<'ids' | 'clock'>,
  { customer, moved, settings }: EndedSession,
): Spoken {
  const { session, transition } = moved
  const asks =
    settings.askSatisfaction &&
    transition.to === closed &&
    transition.event !== 'reclaim' &&
    session.send_time !== null
  if (!asks) return unspoken(customer, moved)
  const menu = satisfactionMenu(settings.satisfactionQuestion, session.session_id)
  return speak(needs, moved, {
    customer,
    keep: 0,
    said: {
      ...columnsOf({ type: 'menu', menu }),
      sender: speakerActor('satisfaction'),
      client_key: session.session_id,
    },
  })
}
