import type { Time, Whole } from './basic.ts'

export interface Company {
  id: string
  name: string
  enabled: boolean
  /** Nobody signs in after it; null: never. */
  expiresAt: Time | null
  maxAgents: Whole | null
  maxAccounts: Whole | null
  createdAt: Time
}

/** Who did what. */
export interface AuditEntry {
  id: string
  uid: Whole
  action: string
  /** What it was done to: its kind and its id. */
  object: string
  detail: unknown
  at: Time
}
