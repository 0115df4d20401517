import type { AuditEntry } from 'kefu-wire'
import type { AuditLogRow } from '../../entities/index.ts'
import { presentTime } from './times.ts'

export const presentAudit = (row: AuditLogRow): AuditEntry => ({
  id: row.audit_id,
  uid: row.uid,
  action: row.action,
  object: row.object,
  detail: row.detail === null ? null : (JSON.parse(row.detail) as unknown),
  at: presentTime(row.at),
})
