import type { QuickReplyGroupRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'
import { presentQuickReplyGroup } from '../../views/quick-reply.ts'
import type { Me } from '../access/caller.ts'
import { notFound } from '../access/refuse.ts'
import { scopes, type Scope } from '../../../rules/reply/scope.ts'
import { refuseShared } from './quick-replies.ts'

export async function listQuickReplyGroups(needs: Needs<'store'>, me: Me) {
  return {
    items: (await needs.store.read.quickReplies.groups(me.companyId, me.uid)).map(
      presentQuickReplyGroup,
    ),
    next: null,
  }
}

export async function createQuickReplyGroup(
  needs: Needs<'store' | 'clock' | 'ids'>,
  me: Me,
  { name, scope }: { name: string; scope: Scope },
): Promise<QuickReplyGroupRow> {
  refuseShared(me, scopes[scope])
  const row = {
    reply_group_id: needs.ids(),
    company_id: me.companyId,
    uid: me.uid,
    type: scopes[scope],
    group_name: name,
    add_time: needs.clock.now(),
  }
  await needs.store.work('rest', (unit) => unit.quickReplies.insertGroup(row))
  return row
}

export function renameQuickReplyGroup(
  needs: Needs<'store'>,
  me: Me,
  { id, name }: { id: string; name: string },
): Promise<QuickReplyGroupRow> {
  return needs.store.work('rest', async (unit) => {
    const before = await unit.quickReplies.lockGroup(me.companyId, me.uid, id)
    if (!before) throw notFound()
    refuseShared(me, before.type)
    unit.quickReplies.renameGroup(me.companyId, id, name)
    return { ...before, group_name: name }
  })
}

export async function deleteQuickReplyGroup(
  needs: Needs<'store'>,
  me: Me,
  id: string,
): Promise<void> {
  await needs.store.work('rest', async (unit) => {
    const row = await unit.quickReplies.lockGroup(me.companyId, me.uid, id)
    if (!row) throw notFound()
    refuseShared(me, row.type)
    await unit.quickReplies.removeGroup(me.companyId, id)
  })
}
