// Receptions: QR codes that say who receives the customers who come by them, and what these are
// answered.
import type { ReceptionRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { refuseTaken } from '../unique.ts'

export type ReceptionInput = {
  name: string
  kind: 'other' | 'user' | 'group'
  uid?: number | null | undefined
  groupId?: number | null | undefined
  replyText?: string | null | undefined
  tags?: string[] | undefined
}
export type NewReception = ReceptionInput & {
  accountId: string
  scene: string
  days?: number | undefined
  /** Whether the QR code is created at WeChat; false if it exists already. */
  qr: boolean
}
export type ReceptionPatch = { [K in keyof ReceptionInput]?: ReceptionInput[K] | undefined }
type ReceptionNeeds = Needs<'store' | 'clock' | 'ids'>
type CreateReceptionNeeds = ReceptionNeeds & Needs<'known' | 'desk'>

const dayMs = 24 * 3600_000

export async function createReception(
  needs: CreateReceptionNeeds,
  me: Me,
  input: NewReception,
): Promise<ReceptionRow> {
  const made = input.qr ? await makeQr(needs, me, input) : null
  const work = needs.store.work('rest', async (unit) => {
    await lockNames(unit, me)
    const account = await unit.accounts.find(me.companyId, input.accountId)
    if (account?.kind !== 'wechat') {
      throw new AppError('not_found', 'There is no such account in your company.')
    }
    const [taken] = await unit.visits.receptionsOf(input.accountId, [input.scene])
    if (taken) throw sceneTaken()
    const row = newReception(needs, me, { input, made })
    await refuseNobody(unit, row)
    unit.visits.addReception(row)
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'reception.created',
        object: auditName('reception', row.reception_id),
        detail: { scene: row.scene },
      },
    })
    return row
  })
  return refuseTaken(needs, sceneTaken, work)
}

const sceneTaken = () =>
  new AppError('scene_taken', 'This scene is in use already.', { field: 'scene' })

type ReceptionCode = { ticket: string; url: string } | null

function newReception(
  needs: ReceptionNeeds,
  me: Me,
  { input, made }: { input: NewReception; made: ReceptionCode },
): ReceptionRow {
  const now = needs.clock.now()
  return {
    reception_id: needs.ids(),
    company_id: me.companyId,
    account_id: input.accountId,
    scene: input.scene,
    name: input.name,
    kind: input.kind,
    uid: input.uid ?? null,
    user_group_id: input.groupId ?? null,
    reply_text: input.replyText ?? null,
    tags: JSON.stringify(input.tags ?? []),
    ticket: made?.ticket ?? null,
    url: made?.url ?? null,
    expires_at: input.days === undefined ? null : now + input.days * dayMs,
    follows: 0,
    unfollows: 0,
    scans: 0,
    created_at: now,
  }
}

async function makeQr(
  needs: CreateReceptionNeeds,
  me: Me,
  { accountId, scene, days }: NewReception,
): Promise<{ ticket: string; url: string }> {
  const row = await needs.store.read.accounts.find(me.companyId, accountId)
  const [taken] = await needs.store.read.visits.receptionsOf(accountId, [scene])
  if (row?.kind !== 'wechat') {
    throw new AppError('not_found', 'There is no such account in your company.')
  }
  if (taken) throw sceneTaken()
  const account = row.binding === 'unbound' ? null : await needs.known.account(row.appid)
  if (!account) {
    throw new AppError(
      'account_not_bound',
      'The account is not bound: an admin binds it under accounts.',
    )
  }
  return needs.desk.createQr(account, {
    scene,
    seconds: days === undefined ? null : (days * dayMs) / 1000,
  })
}

/**
 * Locks the company's row while a reception is written. Deleting a group locks it too, so no
 * reception can name a group that is being deleted.
 */
const lockNames = (unit: Unit, { companyId }: Me) => unit.companies.lock(companyId)

/**
 * Refuses a reception that names a person or a group that does not exist in the company. Otherwise
 * its customers would silently be received by anybody.
 */
async function refuseNobody(unit: Unit, row: ReceptionRow): Promise<void> {
  if (
    row.kind === 'user' &&
    (row.uid === null || !(await unit.users.find(row.company_id, row.uid)))
  ) {
    throw new AppError('invalid_input', 'There is no such person in your company.', {
      field: 'uid',
    })
  }
  if (row.kind !== 'group') return
  const groups = await unit.groups.list(row.company_id)
  if (!groups.some((group) => group.user_group_id === row.user_group_id)) {
    throw new AppError('invalid_input', 'There is no such group in your company.', {
      field: 'groupId',
    })
  }
}

export async function changeReception(
  needs: ReceptionNeeds,
  me: Me,
  { id, patch }: { id: string; patch: ReceptionPatch },
): Promise<ReceptionRow> {
  return needs.store.work('rest', async (unit) => {
    await lockNames(unit, me)
    const before = await unit.visits.lockReception(me.companyId, id)
    if (!before) throw noReception()
    const columns = columnsOf(patch)
    const row = { ...before, ...columns }
    // if the call does not change the receiver, an old one that is gone is no reason to refuse
    if ('kind' in columns || 'uid' in columns || 'user_group_id' in columns) {
      await refuseNobody(unit, row)
    }
    unit.visits.changeReception(me.companyId, id, columns)
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'reception.changed',
        object: auditName('reception', id),
        detail: { fields: Object.keys(patch) },
      },
    })
    return row
  })
}

const columnsOf = ({ name, kind, uid, groupId, replyText, tags }: ReceptionPatch) => ({
  ...(name !== undefined && { name }),
  ...(kind !== undefined && { kind }),
  ...(uid !== undefined && { uid }),
  ...(groupId !== undefined && { user_group_id: groupId }),
  ...(replyText !== undefined && { reply_text: replyText }),
  ...(tags !== undefined && { tags: JSON.stringify(tags) }),
})

/**
 * Deletes a QR code. Customers who came by it keep the tags it gave them, but the code no longer
 * names a receiver.
 */
export async function deleteReception(needs: ReceptionNeeds, me: Me, id: string): Promise<void> {
  await needs.store.work('rest', async (unit) => {
    if ((await unit.visits.removeReception(me.companyId, id)) === 0) throw noReception()
    writeAudit(needs, unit, {
      me,
      entry: { action: 'reception.deleted', object: auditName('reception', id) },
    })
  })
}

export const noReception = () =>
  new AppError('not_found', 'There is no such reception in your company.')
