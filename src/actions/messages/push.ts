import type { Named } from '../../../rules/assignment.ts'
import type { Ids } from '../../ids.ts'
import type { KnownAccount, KnownCompany } from '../../ports.ts'

/** What a follower did, in our words; the platform's stay at the edge. */
export type Deed =
  | { kind: 'text', text: string }
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
  /** A person or a group that the push names: the reception of a QR code, a menu's key, a rule. */
  named?: Named | null
  xml: string
}

/** The passive answer; its id is the push's own, so that a push delivered again finds the same answer. */
export type PushAnswer = { id: string, text: string, at: number }

/** A push that is new, and the id its answer would have. */
export type Taken = { push: Push, id: string, ids: Ids }
