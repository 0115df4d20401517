import type { Time, Whole } from './basic.ts'
import type { Content } from './content.ts'

/** A prepared answer that agents can send. */
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

/** A personal quick reply is only seen by its owner, a shared one by the whole company. */
export type QuickReplyScope = 'personal' | 'shared'

export interface QuickReplyGroup {
  id: string
  scope: QuickReplyScope
  name: string
}
