import type { Content } from '../../../../rules/reply/content.ts'
import type { Deed, KnownAccount, KnownCompany } from '../../../ports.ts'

export type Push = {
  account: KnownAccount
  company: KnownCompany
  /** As the account knows its customer: by an openid. */
  customerKey: string
  dedupKey: string
  deed: Deed
  xml: string
  /** SQL refused what came: its deed only stands for it. */
  refused?: true
}
/** `id`: of its row in the inbox, where it has not stood before. */
export type NewPush = Push & { id: string }

/** The passive answer; its id is the push's own, so that a push delivered again finds the same answer. */
export type PushAnswer = { id: string; content: Content; at: number }

/** What changes more of a customer than their newest message does. */
export const isVisit = ({ deed }: Push): boolean =>
  deed.kind === 'event' || (deed.kind === 'text' && deed.tapped !== undefined)

/** Not everything a platform tells is a customer's doing. */
export const hasCustomer = ({ deed }: Push): boolean => deed.kind !== 'notice'

/** Whose push it is, among those of all accounts. */
export const customerOf = ({ account, customerKey }: Push) => `${account.account_id} ${customerKey}`
