import type { MessageRuleRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, type Actor } from '../audit.ts'

export type RuleInput = {
  name: string
  accountId?: string | null | undefined
  enabled: boolean
  priority: number
  match: { kind: 'exact' | 'contains' | 'subscribe' | 'scan' | 'menu' | 'default', keywords?: string[] | undefined }
  action: { kind: 'text', text: string }
}
type RuleNeeds = Needs<'store' | 'clock' | 'ids' | 'bus'>

export function createRule(needs: RuleNeeds, me: Actor, input: RuleInput): Promise<MessageRuleRow> {
  return saveRule(needs, me, { id: null, input })
}

export function changeRule(needs: RuleNeeds, me: Actor, input: { id: string, input: RuleInput }): Promise<MessageRuleRow> {
  return saveRule(needs, me, input)
}

async function saveRule(needs: RuleNeeds, me: Actor, { id, input }: { id: string | null, input: RuleInput }): Promise<MessageRuleRow> {
  const rule = await needs.store.work('rest', async (unit) => {
    const before = id === null ? null : await unit.rules.find(me.companyId, id)
    if (id !== null && !before) throw noRule()
    await refuseForeignAccount(unit, me, input.accountId ?? null)
    const now = needs.clock.now()
    const born = before ?? { message_rule_id: needs.ids(), company_id: me.companyId, add_time: now }
    // the keys stand first: what follows is what an update writes
    const row = { message_rule_id: born.message_rule_id, company_id: born.company_id, ...columnsOf(input), add_time: born.add_time, update_time: now }
    await unit.rules.save(row)
    const action = before ? 'rule.changed' : 'rule.created'
    await writeAudit(needs, unit, { me, deed: { action, object: `rule:${row.message_rule_id}`, detail: { name: row.name } } })
    return row
  })

  needs.bus.publish('known', me.companyId)
  return rule
}

const columnsOf = (input: RuleInput) => ({
  account_id: input.accountId ?? null, name: input.name, enabled: Number(input.enabled), priority: input.priority, match_kind: input.match.kind,
  keywords: JSON.stringify(input.match.keywords ?? []), pattern: null, action: JSON.stringify(input.action), schedule: null,
})

async function refuseForeignAccount(unit: Unit, me: Actor, accountId: string | null): Promise<void> {
  if (accountId === null || await unit.accounts.find(me.companyId, accountId)) return
  throw new AppError('not_found', 'There is no such account in your company.')
}

export async function deleteRule(needs: RuleNeeds, me: Actor, id: string): Promise<void> {
  await needs.store.work('rest', async (unit) => {
    if (await unit.rules.remove(me.companyId, id) === 0) throw noRule()
    await writeAudit(needs, unit, { me, deed: { action: 'rule.deleted', object: `rule:${id}` } })
  })

  needs.bus.publish('known', me.companyId)
}

export const noRule = () => new AppError('not_found', 'There is no such rule in your company.')
