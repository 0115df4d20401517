// Loads and locks the customers of a batch and their open sessions. A batch never waits for a lock:
// a customer whose rows somebody else holds is reported as busy. As everywhere, customers are
// locked before sessions and in the order of their keys.
import type { Ids } from '../../ids.ts'
import type { KnownCustomer, Unit } from '../../ports.ts'
import { newCustomer, openKey } from '../lines/new-rows.ts'
import { batchSession, type CustomerFacts } from './decide/facts.ts'
import { customerOf, type Push } from './decide/push.ts'

type LockedCustomers = Map<string, CustomerFacts>
type Locking = { ids: Ids; at: number; alone: boolean }

export async function lockCustomers(
  unit: Unit,
  pushes: Push[],
  locking: Locking,
): Promise<{ customers: LockedCustomers; busy: Set<string> }> {
  const customers: LockedCustomers = new Map()
  for (const accountId of [...new Set(pushes.map((push) => push.account.account_id))].sort()) {
    const some = pushes.filter((push) => push.account.account_id === accountId)
    for (const customer of await lockOfAccount(unit, some, locking)) {
      customers.set(`${accountId} ${customer.openid}`, { customer, open: null, visit: null })
    }
  }
  await lockOpen(unit, customers, locking.alone)
  return {
    customers,
    busy: new Set(pushes.map(customerOf).filter((key) => !customers.has(key))),
  }
}

async function lockOfAccount(
  unit: Unit,
  pushes: Push[],
  { ids, at, alone }: Locking,
): Promise<KnownCustomer[]> {
  const [first] = pushes
  if (!first) return []
  const { account_id: accountId } = first.account
  const keys = [...new Set(pushes.map((push) => push.customerKey))].sort()
  const known = await unit.customers.lockByOpenids(accountId, keys, alone)
  const missing = new Set(keys)
  for (const customer of known) missing.delete(customer.openid)
  if (missing.size > 0 && !alone) {
    for (const key of await unit.customers.held(accountId, [...missing])) missing.delete(key)
  }
  if (missing.size === 0) return known

  // another process may insert the same customer at the same moment, so insert first and then read
  // whichever row won
  unit.customers.insertNew(
    [...missing].map((openid) => newCustomer(first.account, { id: ids(), openid, at })),
  )
  return [...known, ...(await unit.customers.lockByOpenids(accountId, [...missing], alone))]
}

/**
 * Adds to each customer their open session. A customer whose session is locked by somebody else is
 * left out; their push is then stored alone, where it may wait for the lock.
 */
async function lockOpen(unit: Unit, customers: LockedCustomers, alone: boolean): Promise<void> {
  const byOpenKey = new Map([...customers].map(([key, { customer }]) => [openKey(customer), key]))
  if (byOpenKey.size === 0) return
  for (const row of await unit.sessions.lockByOpenKeys([...byOpenKey.keys()].sort(), alone)) {
    const key = byOpenKey.get(row.open_key ?? '') ?? ''
    const known = customers.get(key)
    if (known) customers.set(key, { ...known, open: batchSession(row) })
  }
  const without = [...byOpenKey]
    .filter(([, key]) => !customers.get(key)?.open)
    .map(([open]) => open)
  if (without.length === 0 || alone) return
  for (const held of await unit.sessions.held(without)) customers.delete(byOpenKey.get(held) ?? '')
}
