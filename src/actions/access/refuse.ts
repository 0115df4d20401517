// The errors with which a call on a session is refused, in words that tell the caller what to do.
import type { SessionRow } from '../../../entities/index.ts'
import { decideStep, relationTo, type TransitionEvent } from '../../../rules/session/session.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { Unit } from '../../ports.ts'
import { personIn, type Me } from './caller.ts'

export const notFound = () => new AppError('not_found', 'There is no such thing in your company.')

const words = {
  session_not_open: "The session has ended; the customer's next message opens a new one.",
  session_moved: 'The session changed hands since you loaded it: load it again.',
  not_owner: 'The session belongs to another agent.',
  session_not_accepted: 'Accept the session first.',
  session_not_waiting: 'The session is not waiting to be accepted.',
  session_already_claimed: 'Another agent was faster, or the session has ended.',
} satisfies Partial<Record<ErrorCode, string>>
/**
 * The reasons with which a call on a session is refused. Each needs words for the caller, or it
 * does not compile.
 */
type Reason = keyof typeof words

export function refuse(code: Reason): never {
  throw new AppError(code, words[code])
}

export function refuseWrite(code: Reason | null): void {
  if (code) refuse(code)
}

/**
 * Checks whether the caller may take this step, before anything else is examined, and returns how
 * the caller is related to the session.
 */
export async function mayStep(
  unit: Unit,
  me: Me,
  {
    session,
    event,
    fence,
  }: { session: SessionRow; event: TransitionEvent; fence?: number | undefined },
) {
  const who = relationTo(session, await personIn(unit, me, session))
  const decided = decideStep(session, { event, who, fence })
  if (typeof decided === 'string') refuse(decided)
  return who
}

export async function refuseUnbound(unit: Unit, session: SessionRow): Promise<void> {
  const account = await unit.accounts.find(session.company_id, session.account_id)
  if (account?.binding === 'direct' || account?.binding === 'platform') return
  throw new AppError(
    'account_not_bound',
    'The account is not bound: an admin binds it under accounts.',
  )
}
