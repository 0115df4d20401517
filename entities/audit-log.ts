import { big, id, int, key, long, nullable, primary, type Row, table } from './columns.ts'

/** The audit log: which person made which change to settings, people or data. */
export const auditLog = table(
  'audit_log',
  {
    audit_id: id(primary),
    company_id: id(),
    uid: int(),
    action: key(64),
    object: key(80),
    detail: long(nullable),
    at: big(),
  },
  {
    indices: [{ name: 'ix_audit_log_company_id_at', columns: ['company_id', 'at'] }],
  },
)
export type AuditLogRow = Row<typeof auditLog>
