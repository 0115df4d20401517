// Decides the pushes of a batch one after the other. One customer may have sent several of them,
// and sessions compete for lanes and agents, so each decision must see what the earlier ones did,
// although nothing is written yet.
import { countGiven } from '../../../../rules/session/staff.ts'
import type { Effects } from './effects.ts'
import { factsOf, type BatchFacts } from './facts.ts'
import { customerOf, hasCustomer, type NewPush } from './push.ts'
import { takePush } from './take-push.ts'

export const takePushes = (batch: BatchFacts, pushes: NewPush[]): Effects[] =>
  pushes.filter(hasCustomer).map((push) => {
    const effects = takePush(factsOf(batch, push), push)
    carry(batch, effects)
    return effects
  })

/**
 * Adds the effects of one push to the facts, so that the decision about the next push of the batch
 * knows them.
 */
function carry(batch: BatchFacts, effects: Effects): void {
  const { customer, open, visit } = effects
  batch.customers.set(customerOf(effects.push), { customer, open, visit })
  for (const { row, isNew } of open ? [...effects.ended, open] : effects.ended) {
    if (isNew) batch.opened.set(row.session_id, row)
    if (batch.asked.has(row.session_id)) batch.asked.set(row.session_id, row)
  }
  for (const uid of effects.given) {
    const person = batch.people.get(uid)
    if (person) countGiven(person, batch.people.values(), batch.at)
  }
  for (const lane of effects.waitedIn) batch.waitedIn.add(lane)
}
