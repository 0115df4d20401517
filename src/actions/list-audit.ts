import type { AuditLogRow } from '../../entities/index.ts'
import type { Me } from './access/caller.ts'
import { AppError } from '../errors.ts'
import type { Needs } from '../ports.ts'
import type { ListPage } from './list-page.ts'

/** A page of the audit log, newest entries first. */
export async function listAudit(
  { store }: Needs<'store'>,
  me: Me,
  { cursor, limit }: ListPage,
): Promise<{ rows: AuditLogRow[]; next: string | null }> {
  const { logins } = store.read
  const before = cursor ? await logins.auditFind(me.companyId, cursor) : null
  if (cursor && !before) {
    throw new AppError('invalid_input', 'The cursor is none of this list.', { field: 'cursor' })
  }
  const rows = await logins.auditList(me.companyId, { before, limit })
  return { rows, next: rows.length === limit ? (rows.at(-1)?.audit_id ?? null) : null }
}
