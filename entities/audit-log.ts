import { EntitySchema } from 'typeorm'
import { big, id, int, key, long, nullable, primary } from './columns.ts'

/** Who did what. */
export type AuditLogRow = {
  audit_id: string
  company_id: string
  uid: number
  action: string
  object: string
  detail: string | null
  at: number
}

export const auditLog = new EntitySchema<AuditLogRow>({
  name: 'audit_log',
  tableName: 'audit_log',
  columns: {
    audit_id: id(primary),
    company_id: id(),
    uid: int(),
    action: key(64),
    object: key(80),
    detail: long(nullable),
    at: big(),
  },
  indices: [{ name: 'ix_audit_log_company_id_at', columns: ['company_id', 'at'] }],
})
