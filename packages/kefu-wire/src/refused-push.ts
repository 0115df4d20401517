import type { Page, Time, Whole } from './basic.ts'

/**
 * A push that the database refused to store. Admins can see it here, so that no message is lost
 * unnoticed.
 */
export interface RefusedPush {
  id: string
  accountId: string
  openid: string
  /**
   * What was pushed: `text`, `line` for any other message, `event:<name>` or `notice:<name>`, of
   * which at most 32 characters are kept. An earlier version kept `line` for texts as well and
   * `event:refused` for every event.
   */
  kind: string
  /** The XML of the push as it arrived, so that nothing of it is lost. */
  xml: string | null
  /**
   * The session that contains a line in place of the push or, after it was read again, the line of
   * the push itself; null if there is none.
   */
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
