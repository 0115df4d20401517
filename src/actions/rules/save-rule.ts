import type { MessageRuleRow } from '../../../entities/index.ts'
import { readAction, stepsOf, type Action } from '../../../rules/auto-reply/action.ts'
import type { MatchKind } from '../../../rules/auto-reply/rule.ts'
import type { Schedule } from '../../../rules/time/schedule.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { fileColumns } from '../media/outgoing-media.ts'
import { refusePatterns } from './refuse-patterns.ts'

export type RuleInput = {
  name: string
  accountId?: string | null | undefined
  enabled: boolean
  priority: number
  match: { kind: MatchKind; keywords?: string[] | undefined; pattern?: string | null | undefined }
  action: Action
  schedule?: Schedule | null | undefined
}
export type RuleNeeds = Needs<'store' | 'clock' | 'ids' | 'bus' | 'patterns'>
export const mostRules = 20_000

export function createRule(needs: RuleNeeds, me: Me, input: RuleInput): Promise<MessageRuleRow> {
  return saveRule(needs, me, { id: null, input })
}

export function changeRule(
  needs: RuleNeeds,
  me: Me,
  input: { id: string; input: RuleInput },
): Promise<MessageRuleRow> {
  return saveRule(needs, me, input)
}

async function saveRule(
  needs: RuleNeeds,
  me: Me,
  { id, input }: { id: string | null; input: RuleInput },
): Promise<MessageRuleRow> {
  await refusePatterns(needs, me, { rules: [{ id: id ?? undefined, at: '', input }] })
  const rule = await needs.store.work('rest', async (unit) => {
    // locks the company, because the group that the rule names may be deleted at this moment, or
    // another admin may add the last allowed rule
    await unit.companies.lock(me.companyId)
    const before = id === null ? null : await unit.rules.lock(me.companyId, id)
    if (id !== null && !before) throw noRule()
    await refuseForeign(unit, me, [input])
    if (!before) await refuseTooManyRules(unit, me, 1)

    const row = rowOf(needs, me, { input, before })
    if (before) unit.rules.rewrite([row])
    else unit.rules.insert([row])
    const action = before ? 'rule.changed' : 'rule.created'
    writeAudit(needs, unit, {
      me,
      entry: { action, object: auditName('rule', row.message_rule_id), detail: { name: row.name } },
    })
    return row
  })

  needs.bus.publish('known', me.companyId)
  return rule
}

export function rowOf(
  needs: Needs<'clock' | 'ids'>,
  me: Me,
  { input, before }: { input: RuleInput; before: MessageRuleRow | null },
): MessageRuleRow {
  const now = needs.clock.now()
  const { match } = input
  return {
    message_rule_id: before?.message_rule_id ?? needs.ids(),
    company_id: me.companyId,
    account_id: input.accountId ?? null,
    name: input.name,
    enabled: Number(input.enabled),
    priority: input.priority,
    match_kind: match.kind,
    keywords: JSON.stringify(match.keywords ?? []),
    pattern: match.pattern ?? null,
    action: JSON.stringify(input.action),
    schedule: input.schedule ? JSON.stringify(input.schedule) : null,
    add_time: before?.add_time ?? now,
    update_time: now,
  }
}

/**
 * Refuses more rules if the company would then have more than it may. The company's row must be
 * locked before, so that nobody else adds a rule at the same time.
 */
async function refuseTooManyRules(unit: Unit, me: Me, more: number): Promise<void> {
  if ((await unit.rules.count(me.companyId)) + more <= mostRules) return
  throw new AppError(
    'limit_reached',
    `A company may have ${mostRules} rules: put keywords with one answer into one rule.`,
  )
}

/**
 * Refuses rules that name an account, a person, a group or a file that does not belong to the
 * caller's company.
 */
export async function refuseForeign(unit: Unit, me: Me, inputs: RuleInput[]): Promise<void> {
  const accounts = new Set(inputs.flatMap(({ accountId }) => accountId ?? []))
  for (const id of accounts) {
    if (!(await unit.accounts.find(me.companyId, id))) throw notThere('accountId', `account ${id}`)
  }
  for (const content of inputs.flatMap(({ action }) => readAction(action).answers)) {
    await fileColumns(unit, me.companyId, content)
  }
  const steps = inputs.flatMap(({ action }) => stepsOf(action))
  const uids = new Set(steps.flatMap((step) => (step.kind === 'agent' ? [step.uid] : [])))
  for (const uid of uids) {
    if (!(await unit.users.find(me.companyId, uid))) throw notThere('action.uid', `person ${uid}`)
  }
  const groupIds = new Set(steps.flatMap((step) => (step.kind === 'group' ? [step.groupId] : [])))
  if (groupIds.size === 0) return
  const known = new Set((await unit.groups.list(me.companyId)).map((group) => group.user_group_id))
  for (const id of groupIds) if (!known.has(id)) throw notThere('action.groupId', `group ${id}`)
}

const notThere = (field: string, what: string) =>
  new AppError('invalid_input', `${field}: there is no ${what} in your company.`, { field })

export async function deleteRule(needs: RuleNeeds, me: Me, id: string): Promise<void> {
  await needs.store.work('rest', async (unit) => {
    if ((await unit.rules.remove(me.companyId, id)) === 0) throw noRule()
    writeAudit(needs, unit, {
      me,
      entry: { action: 'rule.deleted', object: auditName('rule', id) },
    })
  })

  needs.bus.publish('known', me.companyId)
}

export const noRule = () => new AppError('not_found', 'There is no such rule in your company.')
