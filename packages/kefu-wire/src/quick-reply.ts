import type { Time, Whole } from './basic.ts'
import type { Content } from './content.ts'

/** A canned answer. */
export interface QuickReply {
  id: string
  scope: QuickReplyScope
  groupId: string | null
  title: string
  content: Content
  useCount: Whole
  createdAt: Time
  updatedAt: Time
}

/** One's own, which nobody else sees, or the company's. */
export type QuickReplyScope = 'personal' | 'shared'

export interface QuickReplyGroup {
  id: string
  scope: QuickReplyScope
  name: string
}
