import type { Time, Whole } from './basic.ts'
import type { SessionKind } from './session.ts'

/** A QR code, and who serves the customers who scan it: a person, a group or whoever is free. */
export interface Reception {
  id: string
  accountId: string
  scene: string
  name: string
  kind: SessionKind
  uid: Whole | null
  groupId: Whole | null
  replyText: string | null
  tags: string[]
  /** The address that the QR code contains. */
  url: string | null
  /** The URL of the picture of the QR code, which is at WeChat. */
  qrUrl: string | null
  expiresAt: Time | null
  follows: Whole
  unfollows: Whole
  scans: Whole
  createdAt: Time
}
