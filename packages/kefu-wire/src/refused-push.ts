import type { Page, Time, Whole } from './basic.ts'

/** What a follower sent and the database refused. */
export interface RefusedPush {
  id: string
  accountId: string
  openid: string
  /** What it was. */
  kind: string
  /** As it came. */
  xml: string | null
  /** Both where a line stands for it. */
  sessionId: string | null
  messageId: string | null
  at: Time
  /** Since then its words stand where they belong. */
  rereadAt: Time | null
  /** Since then an admin has seen to it. */
  readAt: Time | null
  readByUid: Whole | null
}

export interface RefusedPushes extends Page<RefusedPush> {
  /** How many nobody has seen to, and could not be read again. */
  open: Whole
}
