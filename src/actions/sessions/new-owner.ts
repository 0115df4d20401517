// Who is to have a session must be able to: refused here, in words, before anything is written.
import type { SessionRow, UserRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Unit } from '../../ports.ts'
import { notFound } from './rights.ts'

/** Enabled, and an agent of the session's account. Whether he is there, or has room, is asked by others. */
export async function getNewOwner(
  unit: Unit,
  session: Pick<SessionRow, 'company_id' | 'account_id'>,
  uid: number,
) {
  const user = await unit.users.find(session.company_id, uid)
  if (!user) throw notFound()
  refuseDisabled(user)
  const identity = await unit.users.identity(session.account_id, uid)
  if (!identity) {
    throw new AppError(
      'agent_not_on_account',
      `${user.name} does not serve this account: an admin adds it to his accounts.`,
      { uid },
    )
  }
  return { uid, customerServiceId: identity.customer_service_id }
}

export function refuseDisabled(user: UserRow): void {
  if (user.enabled !== 1) {
    throw new AppError('agent_disabled', `${user.name} is disabled and cannot take part.`, {
      uid: user.uid,
    })
  }
}

/** A group of the company with somebody who could take the session. */
export async function getGroupLane(
  unit: Unit,
  session: SessionRow,
  groupId: number,
): Promise<string> {
  const found = (await unit.users.groups(session.company_id)).find(
    (one) => one.user_group_id === groupId,
  )
  if (!found) throw notFound()
  if ((await unit.users.countServing(groupId, session.account_id)) === 0) {
    throw new AppError('group_empty', `Nobody in ${found.user_group_name} serves this account.`, {
      groupId,
    })
  }
  return `group:${groupId}`
}
