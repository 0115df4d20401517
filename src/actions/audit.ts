import type { Needs, Unit } from '../ports.ts'
import type { Me } from './access/caller.ts'

/** What an entry of the audit log is about. `object` names what was changed. */
export type AuditEntry = { action: string; object: string; detail?: object }
type Audited =
  | 'account'
  | 'company'
  | 'customer'
  | 'group'
  | 'platform'
  | 'reception'
  | 'rule'
  | 'session'
  | 'user'

export const auditName = (what: Audited, id: string | number) => `${what}:${id}`

/**
 * Writes an entry to the audit log. It names the fields that changed, but never contains the value
 * of a secret.
 */
export function writeAudit(
  needs: Needs<'ids' | 'clock'>,
  unit: Unit,
  by: { me: Pick<Me, 'companyId' | 'uid'>; entry: AuditEntry },
): void {
  unit.logins.audit({
    audit_id: needs.ids(),
    company_id: by.me.companyId,
    uid: by.me.uid,
    action: by.entry.action,
    object: by.entry.object,
    detail: by.entry.detail ? JSON.stringify(by.entry.detail) : null,
    at: needs.clock.now(),
  })
}
