import type { Needs, Unit } from '../ports.ts'

export type Actor = { uid: number; companyId: string }
export type Deed = { action: string; object: string; detail?: object }

/** Names the fields that changed, but never the value of a secret. */
export function writeAudit(
  needs: Needs<'ids' | 'clock'>,
  unit: Unit,
  by: { me: Actor; deed: Deed },
): Promise<void> {
  return unit.logins.audit({
    audit_id: needs.ids(),
    company_id: by.me.companyId,
    uid: by.me.uid,
    action: by.deed.action,
    object: by.deed.object,
    detail: by.deed.detail ? JSON.stringify(by.deed.detail) : null,
    at: needs.clock.now(),
  })
}
