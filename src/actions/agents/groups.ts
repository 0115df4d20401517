import type { UserGroupRow } from '../../../entities/index.ts'
import { pathTo, noGroup } from '../../../rules/session/group-tree.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import type { AssignNeeds } from '../queue/assign-queued.ts'
import { leaveUnservedSoon } from '../queue/leave-unserved.ts'
import { forgetGroup, type ForgottenGroup } from './forget-group.ts'
import { tellStaff } from './tell-staff.ts'

export type GroupInput = { name: string; parentId: number | null }
type GroupNeeds = Needs<'store' | 'clock' | 'ids' | 'bus'>

export const listGroups = ({ store }: Needs<'store'>, me: Me): Promise<UserGroupRow[]> =>
  store.read.groups.list(me.companyId)

export async function createGroup(
  needs: GroupNeeds,
  me: Me,
  input: GroupInput,
): Promise<UserGroupRow> {
  const made = await needs.store.work('rest', async (unit) => {
    const parent_id = input.parentId ?? noGroup
    getGroup(await lockTree(unit, me), parent_id, true)
    const fresh = {
      company_id: me.companyId,
      user_group_name: input.name,
      parent_id,
      created_at: needs.clock.now(),
    }
    const user_group_id = await unit.groups.insert(fresh)
    writeAudit(needs, unit, {
      me,
      entry: { action: 'group.created', object: auditName('group', user_group_id), detail: input },
    })
    return { user_group_id, ...fresh }
  })

  tellStaff(needs, me.companyId)
  return made
}

export async function changeGroup(
  needs: GroupNeeds,
  me: Me,
  input: { id: number; patch: { name?: string | undefined; parentId?: number | null | undefined } },
): Promise<UserGroupRow> {
  return needs.store.work('rest', async (unit) => {
    const { name, parentId } = input.patch
    const groups = await lockTree(unit, me)
    const before = getGroup(groups, input.id)
    const columns = {
      ...(name !== undefined && { user_group_name: name }),
      ...(parentId !== undefined && { parent_id: parentId ?? noGroup }),
    }
    if (columns.parent_id !== undefined) refuseBelowItself(groups, input.id, columns.parent_id)
    unit.groups.change(me.companyId, input.id, columns)
    writeAudit(needs, unit, {
      me,
      entry: { action: 'group.changed', object: auditName('group', input.id), detail: input.patch },
    })
    return { ...before, ...columns }
  })
}

/**
 * When a group is deleted, its subgroups move to its parent, sessions that wait for it wait for
 * everyone of the account, and all references to it are removed.
 */
export async function removeGroup(
  needs: AssignNeeds,
  me: Me,
  id: number,
): Promise<ForgottenGroup & { moved: number }> {
  const forgotten = await needs.store.work('rest', async (unit) => {
    const group = getGroup(await lockTree(unit, me), id)
    await unit.groups.moveUp(me.companyId, id, group.parent_id)
    await unit.groups.remove(me.companyId, id)
    const detail = await forgetGroup(unit, {
      companyId: me.companyId,
      id,
      at: needs.clock.now(),
    })
    const object = auditName('group', id)
    writeAudit(needs, unit, { me, entry: { action: 'group.deleted', object, detail } })
    return detail
  })

  tellStaff(needs, me.companyId)
  return { ...forgotten, moved: await leaveUnservedSoon(needs, me.companyId) }
}

function getGroup(groups: UserGroupRow[], id: number, orTop = false): UserGroupRow {
  const group = groups.find((one) => one.user_group_id === id)
  if (group || (orTop && id === noGroup)) return group as UserGroupRow
  throw new AppError('not_found', 'There is no such group in your company.')
}

/**
 * Locks the company's tree of groups. Calls that move groups run one after the other, because two
 * of them at the same time could create a circle that neither of them sees.
 */
async function lockTree(unit: Unit, { companyId }: Me): Promise<UserGroupRow[]> {
  await unit.companies.lock(companyId)
  return unit.groups.list(companyId)
}

function refuseBelowItself(groups: UserGroupRow[], id: number, parentId: number): void {
  getGroup(groups, parentId, true)
  if (pathTo(groups, parentId).some((group) => group.user_group_id === id)) {
    throw new AppError('invalid_input', 'A group cannot stand below itself.', {
      field: 'parentId',
    })
  }
}
