// After a session that a person has answered in: how was it? Asked once, within the reply budget or not at all.
import type { CustomerRow } from '../../../entities/index.ts'
import { columnsOf } from '../../../rules/reply/content.ts'
import { satisfactionMenu } from '../../../rules/session/satisfaction.ts'
import { closed } from '../../../rules/session/session.ts'
import type { Settings } from '../../../rules/settings.ts'
import type { Needs } from '../../ports.ts'
import { automaticLine, silence, type Spoken } from '../lines/automatic-line.ts'
import type { Moved } from './step.ts'

type Asked = { customer: CustomerRow; moved: Moved; settings: Settings }

/** Goes with the step that ended it: by its owner or the clock. What a supervisor ends is not asked about. */
export function askSatisfaction(
  needs: Needs<'ids' | 'clock'>,
  { customer, moved: { session, transition }, settings }: Asked,
): Spoken {
  const asks =
    settings.askSatisfaction &&
    transition.to === closed &&
    transition.event !== 'reclaim' &&
    session.send_time !== null
  if (!asks) return silence(customer)
  const menu = satisfactionMenu(settings.satisfactionQuestion, session.session_id)
  return automaticLine(needs, {
    customer,
    session,
    keep: 0,
    said: {
      ...columnsOf({ type: 'menu', menu }),
      sender: 'r:satisfaction',
      client_key: session.session_id,
    },
  })
}
