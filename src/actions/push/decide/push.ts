import type { Content } from '../../../../rules/reply/content.ts'
import type { Deed, KnownAccount, KnownCompany } from '../../../ports.ts'

export type Push = {
  account: KnownAccount
  company: KnownCompany
  /** By what the account knows the customer: an openid. */
  customerKey: string
  dedupKey: string
  deed: Deed
  xml: string
  /** The database refused the original push; this deed takes its place. */
  refused?: true
}
/** A push that was not stored before. `id` is the id of its inbox row. */
export type NewPush = Push & { id: string }

/** The passive answer. It has the id of the push, so that a repeated push finds the same answer. */
export type PushAnswer = { id: string; content: Content; at: number }

/** Whether the push changes more about the customer than their newest message. */
export const isVisit = ({ deed }: Push): boolean =>
  deed.kind === 'event' || (deed.kind === 'text' && deed.tapped !== undefined)

/** False for notices of the platform, which are not caused by any customer. */
export const hasCustomer = ({ deed }: Push): boolean => deed.kind !== 'notice'

/** Identifies the customer of a push among those of all accounts. */
export const customerOf = ({ account, customerKey }: Push) => `${account.account_id} ${customerKey}`
