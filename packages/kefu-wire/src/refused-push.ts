import type { Page, Time, Whole } from './basic.ts'

/** A push that the database refused to store. */
export interface RefusedPush {
  id: string
  accountId: string
  openid: string
  /** The kind of the push. */
  kind: string
  /** The push as it arrived. */
  xml: string | null
  /** The session that contains a line in place of the push; null if there is none. */
  sessionId: string | null
  messageId: string | null
  at: Time
  /** When the push was read again and stored after all. */
  rereadAt: Time | null
  /** When an admin marked the push as handled. */
  readAt: Time | null
  readByUid: Whole | null
}

export interface RefusedPushes extends Page<RefusedPush> {
  /**
   * How many refused pushes still need attention: no admin marked them as handled, and they were
   * not stored later.
   */
  open: Whole
}
