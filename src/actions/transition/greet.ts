// The greeting is written in the step in which an agent claims or accepts a session, also if it is
// accepted automatically. It is said once each time a session gets an owner, so again if it returns
// to one who had it before. It is sent like any reply, and never uses up the last reply that WeChat
// allows.
import type { CustomerRow, UserRow } from '../../../entities/index.ts'
import { greetingOf } from '../../../rules/reply/greeting.ts'
import { active } from '../../../rules/session/states.ts'
import type { Settings } from '../../../rules/settings.ts'
import { speakerActor } from '../../../rules/session/actor.ts'
import type { Needs } from '../../ports.ts'
import { speak, unspoken, type Spoken } from './spoken.ts'
import type { Moved } from './take-step.ts'

type Greeted = {
  customer: CustomerRow
  moved: Moved
  settings: Settings
  /** The agent who owns the session after the step. */
  agent: Pick<UserRow, 'greeting' | 'name'> | null
}

export function greet(
  needs: Needs<'ids' | 'clock'>,
  { customer, moved, settings, agent }: Greeted,
): Spoken {
  const { session } = moved
  const text =
    session.state === active && agent
      ? greetingOf(agent.greeting, settings.greeting, agent.name)
      : null
  if (!text) return unspoken(customer, moved)
  return speak(needs, moved, {
    customer,
    keep: 1,
    said: {
      type: 'text',
      text,
      sender: speakerActor('greeting'),
      client_key: `${session.session_id}:${session.fence}`,
    },
  })
}
