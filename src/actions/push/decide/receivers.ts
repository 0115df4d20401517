// Prepares the question to the assignment: who should get this customer? The QR code by which the
// customer once came may name a person or a group.
import type { Unassigned } from '../../../../rules/session/pools.ts'
import { namedBy, receives, type NamedReceiver } from '../../../../rules/session/reception.ts'
import type { KnownCustomer } from '../../../ports.ts'
import { askedFor } from '../../queue/roster.ts'
import type { Receptions } from './facts.ts'
import type { Push } from './push.ts'

export const askedOf = (
  { account, company }: Push,
  customer: KnownCustomer,
  named: NamedReceiver,
): Unassigned => askedFor({ account, company }, { exclusive: customer.customer_service_uid, named })

/**
 * The person or group that the QR code names by which the customer once came: it also decides who
 * receives them later. `other` if there is none or it is no longer valid.
 */
export function namedByCode(
  { reception_id: id }: KnownCustomer,
  { receptions, at }: { receptions: Receptions; at: number },
): NamedReceiver {
  const reception = id === null ? undefined : receptions.byId.get(id)
  return reception && receives(reception, at) ? namedBy(reception) : { kind: 'other' }
}
