// Who is to have a session or a customer must be able to: refused here, in words, before anything is written.
import type { SessionRow, UserRow } from '../../../entities/index.ts'
import { groupLane } from '../../../rules/session/lane.ts'
import { AppError } from '../../errors.ts'
import type { Unit } from '../../ports.ts'

/** Of the call that names them, to be told with the refusal. */
type Named = { uid: number; field: string }

/** Enabled, and an agent of the session's account. Whether they are there, or have room, is asked by others. */
export async function getNewOwner(
  unit: Unit,
  { company_id, account_id }: Pick<SessionRow, 'company_id' | 'account_id'>,
  { uid, field }: Named,
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

/** Whoever is named in a body is not what the call is about: the field is wrong, and not the address. */
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

/** A group of the company with somebody who could take the session. */
export async function getGroupLane(
  unit: Unit,
  session: SessionRow,
  groupId: number,
): Promise<string> {
  const found = (await unit.users.groups(session.company_id)).find(
    (one) => one.user_group_id === groupId,
  )
  if (!found) throw unknownName('groupId', 'group')
  if ((await unit.users.countServing(groupId, session.account_id)) === 0) {
    throw new AppError('group_empty', `Nobody in ${found.user_group_name} serves this account.`, {
      groupId,
    })
  }
  return groupLane(groupId, session.account_id)
}
