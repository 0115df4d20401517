import type { Time, Whole } from './basic.ts'
import type { SessionKind } from './session.ts'

/** A QR code, and who receives those that come by it. */
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
  /** What the code says. */
  url: string | null
  /** Where WeChat shows its picture. */
  qrUrl: string | null
  expiresAt: Time | null
  follows: Whole
  unfollows: Whole
  scans: Whole
  createdAt: Time
}
