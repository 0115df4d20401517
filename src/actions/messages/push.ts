import type { KnownAccount, KnownCompany } from '../../ports.ts'

/** What a follower did, in our words; the platform's stay at the edge. */
export type Deed =
  | { kind: 'text', text: string, menuId?: string }
  | { kind: 'follow' }
  | { kind: 'unfollow' }
  /** A line we store and do not understand yet. */
  | { kind: 'line' }
  | { kind: 'event', name: string }

export type Push = {
  account: KnownAccount
  company: KnownCompany
  openid: string
  dedupKey: string
  deed: Deed
  xml: string
}

/** The passive answer; its id is the push's own, so that a push delivered again finds the same answer. */
export type PushAnswer = { id: string, text: string, at: number }
