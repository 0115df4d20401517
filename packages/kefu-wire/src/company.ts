import type { Time, Whole } from './basic.ts'

export interface Company {
  id: string
  name: string
  enabled: boolean
  /** After this time nobody of the company can sign in; null if it never expires. */
  expiresAt: Time | null
  maxAgents: Whole | null
  maxAccounts: Whole | null
  createdAt: Time
}

/** One entry of the audit log: who did what, and when. */
export interface AuditEntry {
  id: string
  uid: Whole
  action: string
  /** What was changed: the kind and the id of the thing. */
  object: string
  detail: unknown
  at: Time
}
