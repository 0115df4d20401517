// Checks, before anything is written, that the person or group that is to receive a session or
// customer can take it. If not, the call is refused with an explanation.
import type { SessionRow, UserRow } from '../../../entities/index.ts'
import { groupLane } from '../../../rules/session/lane.ts'
import { AppError } from '../../errors.ts'
import type { Unit } from '../../ports.ts'

/**
 * The person who is to receive a session, and the field of the call that names them, which a
 * refusal mentions.
 */
type NamedOwner = { uid: number; field: string }

/**
 * Returns the new owner, or refuses the call if that person is disabled or does not serve the
 * session's account. Whether they are online or have room is checked elsewhere.
 */
export async function getNewOwner(
  unit: Unit,
  { company_id, account_id }: Pick<SessionRow, 'company_id' | 'account_id'>,
  { uid, field }: NamedOwner,
) {
  const user = await unit.users.find(company_id, uid)
  if (!user) throw unknownName(field, 'person')
  refuseDisabled(user, field)
  const identity = await unit.users.identity(account_id, uid)
  if (!identity) {
    throw new AppError(
      'agent_not_on_account',
      `${user.name} does not serve this account: an admin adds it to their accounts.`,
      { field, uid },
    )
  }
  return { uid, customerServiceId: identity.customer_service_id }
}

/**
 * The error for a person or group in the body of a call that does not exist. It says that a field
 * is invalid (400); an unknown one in the address would be "not found" (404).
 */
export const unknownName = (field: string, what: string) =>
  new AppError('invalid_input', `${field}: there is no such ${what} in your company.`, { field })

export function refuseDisabled({ uid, name, enabled }: UserRow, field: string): void {
  if (enabled !== 1) {
    throw new AppError('agent_disabled', `${name} is disabled and cannot take part.`, {
      field,
      uid,
    })
  }
}

/**
 * Returns the lane of the group that is to receive a session. The group must belong to the company
 * and have a member who could take the session; otherwise the call is refused.
 */
export async function getGroupLane(
  unit: Unit,
  session: SessionRow,
  groupId: number,
): Promise<string> {
  const found = (await unit.groups.list(session.company_id)).find(
    (one) => one.user_group_id === groupId,
  )
  if (!found) throw unknownName('groupId', 'group')
  if ((await unit.groups.countServing(groupId, session.account_id)) === 0) {
    throw new AppError('group_empty', `Nobody in ${found.user_group_name} serves this account.`, {
      groupId,
    })
  }
  return groupLane(groupId, session.account_id)
}
