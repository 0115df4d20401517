import type { UserGroupRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { writeAudit, type Actor } from '../audit.ts'
import { tellStaff } from './staff.ts'

export type GroupInput = { name: string; parentId: number | null }
type GroupNeeds = Needs<'store' | 'clock' | 'ids' | 'bus'>

export async function createGroup(
  needs: GroupNeeds,
  me: Actor,
  input: GroupInput,
): Promise<UserGroupRow> {
  const made = await needs.store.work('rest', async (unit) => {
    const parent_id = input.parentId ?? -1
    getGroup(await unit.users.groups(me.companyId), parent_id, true)
    const fresh = {
      company_id: me.companyId,
      user_group_name: input.name,
      parent_id,
      created_at: needs.clock.now(),
    }
    const user_group_id = await unit.users.insertGroup(fresh)
    await writeAudit(needs, unit, {
      me,
      deed: { action: 'group.created', object: `group:${user_group_id}`, detail: input },
    })
    return { user_group_id, ...fresh }
  })

  tellStaff(needs, me.companyId)
  return made
}

export async function changeGroup(
  needs: GroupNeeds,
  me: Actor,
  input: { id: number; patch: { name?: string | undefined; parentId?: number | null | undefined } },
): Promise<UserGroupRow> {
  return needs.store.work('rest', async (unit) => {
    const { name, parentId } = input.patch
    const groups = await unit.users.groups(me.companyId)
    const before = getGroup(groups, input.id)
    const parent_id = parentId === undefined ? before.parent_id : (parentId ?? -1)
    refuseCircle(groups, input.id, parent_id)
    const row = { ...before, user_group_name: name ?? before.user_group_name, parent_id }
    await unit.users.updateGroup(row)
    await writeAudit(needs, unit, {
      me,
      deed: { action: 'group.changed', object: `group:${input.id}`, detail: input.patch },
    })
    return row
  })
}

/** Its groups move up to its parent. */
export async function removeGroup(needs: GroupNeeds, me: Actor, id: number): Promise<void> {
  await needs.store.work('rest', async (unit) => {
    const group = getGroup(await unit.users.groups(me.companyId), id)
    await unit.users.moveGroupsUp(me.companyId, id, group.parent_id)
    await unit.users.removeGroup(me.companyId, id)
    await writeAudit(needs, unit, { me, deed: { action: 'group.deleted', object: `group:${id}` } })
  })

  tellStaff(needs, me.companyId)
}

function getGroup(groups: UserGroupRow[], id: number, orTop = false): UserGroupRow {
  const group = groups.find((one) => one.user_group_id === id)
  if (group || (orTop && id === -1)) return group as UserGroupRow
  throw new AppError('not_found', 'There is no such group in your company.')
}

function refuseCircle(groups: UserGroupRow[], id: number, parentId: number): void {
  for (let at = parentId; at !== -1; at = getGroup(groups, at).parent_id) {
    if (at === id) {
      throw new AppError('invalid_input', 'A group cannot stand below itself.', {
        field: 'parentId',
      })
    }
  }
}
