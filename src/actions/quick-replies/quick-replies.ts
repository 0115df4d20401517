// Quick replies: a person's own, which only they see, and the company's, which supervisors
// maintain.
import type { QuickReplyRow } from '../../../entities/index.ts'
import { columnsOf, type Content } from '../../../rules/reply/content.ts'
import { fillContent } from '../../../rules/reply/variables.ts'
import { scopes, type Scope } from '../../../rules/reply/scope.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { presentQuickReply } from '../../views/quick-reply.ts'
import { fileColumns } from '../media/outgoing-media.ts'
import { supervises, type Me } from '../access/caller.ts'
import { getVisible } from '../access/find.ts'
import { notFound } from '../access/refuse.ts'

export type QuickReplyInput = {
  title: string
  content: Content
  groupId?: string | null | undefined
}
type SaveNeeds = Needs<'store' | 'clock' | 'ids'>

const most = 20_000

export function refuseShared(me: Me, type: number): void {
  if (type === scopes.shared && !supervises(me)) {
    throw new AppError(
      'not_allowed',
      'Shared quick replies are kept by supervisors: make a personal one.',
    )
  }
}

export async function listQuickReplies(
  needs: Needs<'store'>,
  me: Me,
  input: {
    search: string
    groupId: string | null
    scope: Scope | null
    cursor: string | undefined
    limit: number
  },
) {
  const offset = Math.max(0, Math.floor(Number(input.cursor ?? 0)) || 0)
  const rows = await needs.store.read.quickReplies.list(me.companyId, me.uid, {
    search: input.search,
    groupId: input.groupId,
    type: input.scope === null ? null : scopes[input.scope],
    offset,
    limit: input.limit + 1,
  })
  return {
    items: rows.slice(0, input.limit).map(presentQuickReply),
    next: rows.length > input.limit ? String(offset + input.limit) : null,
  }
}

export async function getQuickReply(
  needs: Needs<'store'>,
  me: Me,
  id: string,
): Promise<QuickReplyRow> {
  const row = await needs.store.read.quickReplies.find(me.companyId, me.uid, id)
  if (!row) throw notFound()
  return row
}

export function createQuickReply(
  needs: SaveNeeds,
  me: Me,
  input: QuickReplyInput & { scope: Scope },
): Promise<QuickReplyRow> {
  refuseShared(me, scopes[input.scope])
  return needs.store.work('rest', async (unit) => {
    await unit.companies.lock(me.companyId)
    if ((await unit.quickReplies.count(me.companyId)) >= most) {
      throw new AppError('limit_reached', `A company may have ${most} quick replies.`)
    }
    const now = needs.clock.now()
    const row = {
      quick_reply_id: needs.ids(),
      company_id: me.companyId,
      uid: me.uid,
      type: scopes[input.scope],
      ...(await columnsFor(unit, me, { input, type: scopes[input.scope] })),
      use_count: 0,
      add_time: now,
      update_time: now,
    }
    unit.quickReplies.insert(row)
    return row
  })
}

export function changeQuickReply(
  needs: SaveNeeds,
  me: Me,
  { id, input }: { id: string; input: QuickReplyInput },
): Promise<QuickReplyRow> {
  return needs.store.work('rest', async (unit) => {
    const before = await unit.quickReplies.lock(me.companyId, me.uid, id)
    if (!before) throw notFound()
    refuseShared(me, before.type)
    const columns = {
      ...(await columnsFor(unit, me, { input, type: before.type })),
      update_time: needs.clock.now(),
    }
    unit.quickReplies.change(me.companyId, id, columns)
    return { ...before, ...columns }
  })
}

/**
 * Checks a quick reply and returns its columns. A shared reply must be in a shared group, a
 * personal one in a group of the same person.
 */
async function columnsFor(
  unit: Unit,
  me: Me,
  { input: { title, content, groupId = null }, type }: { input: QuickReplyInput; type: number },
) {
  const group =
    groupId === null ? null : await unit.quickReplies.lockGroup(me.companyId, me.uid, groupId)
  if (groupId !== null && group?.type !== type) {
    throw new AppError(
      'not_found',
      'groupId: there is no such group for this kind of quick reply.',
      { field: 'groupId' },
    )
  }
  await fileColumns(unit, me.companyId, content)
  return {
    reply_group_id: groupId,
    title,
    text: columnsOf(content).text ?? title,
    content: JSON.stringify(content),
  }
}

export async function deleteQuickReply(needs: Needs<'store'>, me: Me, id: string): Promise<void> {
  await needs.store.work('rest', async (unit) => {
    const row = await unit.quickReplies.find(me.companyId, me.uid, id)
    if (!row) throw notFound()
    refuseShared(me, row.type)
    await unit.quickReplies.remove(me.companyId, id)
  })
}

/**
 * Fills in the variables of a quick reply for a session and counts its use. The agent still reads
 * and sends it.
 */
export async function useQuickReply(
  needs: Needs<'store' | 'clock' | 'known'>,
  me: Me & { name: string },
  { id, sessionId }: { id: string; sessionId: string | undefined },
) {
  const row = await getQuickReply(needs, me, id)
  const session = sessionId === undefined ? null : await getVisible(needs, me, sessionId)
  const customer =
    session && (await needs.store.read.customers.find(me.companyId, session.wx_user_id))
  const account =
    session && (await needs.store.read.accounts.find(me.companyId, session.account_id))
  const facts = {
    nickname: customer ? customer.nickname || customer.alias : '',
    account: account?.name ?? '',
    agent: me.name,
    now: needs.clock.now(),
  }
  await needs.store.work('rest', (unit) => unit.quickReplies.used(me.companyId, id))
  return {
    ...presentQuickReply({ ...row, use_count: row.use_count + 1 }),
    content: fillContent(JSON.parse(row.content) as Content, facts),
  }
}
