import type { CustomerRow } from '../../../entities/index.ts'
import { nobody } from '../../../rules/session/exclusive.ts'
import type { Unit } from '../../ports.ts'

/**
 * Returns the uid of the customer's exclusive agent. It is -1 if the customer has none, or one who
 * is disabled or does not serve the account.
 */
export async function exclusiveOf(
  unit: Unit,
  customer: Pick<CustomerRow, 'company_id' | 'account_id' | 'customer_service_uid'>,
): Promise<number> {
  const { company_id, account_id, customer_service_uid: uid } = customer
  if (uid <= 0) return nobody
  return (await unit.staff.serves(company_id, { accountId: account_id, uid })) ? uid : nobody
}
