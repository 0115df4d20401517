// Who is to receive a customer: whom a rule, a button or a code names, and what the assignment is asked then.
import type { Asked } from '../../../../rules/session/assignment.ts'
import { namedBy, receives, type Named } from '../../../../rules/session/reception.ts'
import type { KnownCustomer } from '../../../ports.ts'
import { askedFor } from '../../queue/roster.ts'
import type { Receptions } from './facts.ts'
import type { Push } from './push.ts'

export const askedOf = (
  { account, company }: Push,
  customer: Readonly<KnownCustomer>,
  named: Named,
): Asked => askedFor({ account, company }, { exclusive: customer.customer_service_uid, named })

/** The code a customer once came by still says who receives them. */
export function namedByCode(
  { reception_id: id }: Readonly<KnownCustomer>,
  { receptions, at }: { receptions: Receptions; at: number },
): Named {
  const reception = id === null ? undefined : receptions.byId.get(id)
  return reception && receives(reception, at) ? namedBy(reception) : { kind: 'other' }
}
