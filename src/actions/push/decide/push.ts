import type { Content } from '../../../../rules/reply/content.ts'
import type { Deed, KnownAccount, KnownCompany } from '../../../ports.ts'

export type Push = {
  account: KnownAccount
  company: KnownCompany
  /** The id by which the account knows the customer: an openid. */
  customerKey: string
  dedupKey: string
  deed: Deed
  xml: string
  /**
   * Set if the database refused this push when it came: what the push said. Its `deed` is then a
   * line or an event that says nothing of it and takes its place.
   */
  refused?: Deed
}
/** A push that was not stored before. `id` is the id of its inbox row. */
export type NewPush = Push & { id: string }

/** The passive answer. It has the id of the push, so that a repeated push finds the same answer. */
export type PushAnswer = { id: string; content: Content; at: number }

/**
 * Whether the customer did more than write a message: an event, or a tap on a menu message. Then
 * further columns of the customer are needed.
 */
export const isVisit = ({ deed }: Push): boolean =>
  deed.kind === 'event' || (deed.kind === 'text' && deed.tapped !== undefined)

/**
 * Whether a customer caused the push. False for notices of the platform, which no customer caused.
 */
export const hasCustomer = ({ deed }: Push): boolean => deed.kind !== 'notice'

/**
 * A key that identifies the customer of a push among those of all accounts, because openids are
 * unique only within an account.
 */
export const customerOf = ({ account, customerKey }: Push) => `${account.account_id} ${customerKey}`
