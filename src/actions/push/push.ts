import type { Content } from '../../../rules/content.ts'
import type { Deed, KnownAccount, KnownCompany } from '../../ports.ts'

export type Push = {
  account: KnownAccount
  company: KnownCompany
  openid: string
  dedupKey: string
  deed: Deed
  xml: string
  /** SQL refused what came: its deed only stands for it. */
  refused?: true
}

/** The passive answer; its id is the push's own, so that a push delivered again finds the same answer. */
export type PushAnswer = { id: string; content: Content; at: number }

/** What changes more of a follower than his newest line does. */
export const isVisit = ({ deed }: Push): boolean =>
  deed.kind === 'event' || (deed.kind === 'text' && deed.tapped !== undefined)

/** Not everything a platform tells is a follower's doing. */
export const hasFollower = ({ deed }: Push): boolean => deed.kind !== 'notice'
