// Removes all references to a deleted group: overflows into it are turned off, and receptions and
// rules that named it hand customers to everyone.
import { stepsOf, type Action, type AnswerStep } from '../../../rules/auto-reply/action.ts'
import { readSettings, type GroupSettings } from '../../../rules/settings.ts'
import type { Unit } from '../../ports.ts'

/** How many receptions, rules and overflows named the deleted group and were changed. */
export type ForgottenGroup = { receptions: number; rules: number; overflows: number }

type LostGroup = { companyId: string; id: number; at: number }

export async function forgetGroup(unit: Unit, group: LostGroup): Promise<ForgottenGroup> {
  return {
    overflows: await forgetOverflows(unit, group),
    receptions: await unit.visits.forgetGroup(group.companyId, group.id),
    rules: await forgetInRules(unit, group),
  }
}

async function forgetOverflows(unit: Unit, { companyId, id }: LostGroup): Promise<number> {
  const company = await unit.companies.lock(companyId)
  if (!company) return 0
  const { groups } = readSettings(company.settings)
  const left = Object.entries(groups).filter(([key]) => key !== String(id))
  const into = left.filter(([, { overflow }]) => overflow?.groupId === id)
  if (into.length === 0 && left.length === Object.keys(groups).length) return 0
  const settings = JSON.stringify({
    ...(JSON.parse(company.settings) as object),
    groups: Object.fromEntries(left.map(([key, one]) => [key, without(one, id)])),
  })
  unit.companies.change(companyId, { settings })
  return into.length
}

function without({ overflow, ...others }: GroupSettings, id: number): GroupSettings {
  return overflow === undefined || overflow?.groupId === id ? others : { ...others, overflow }
}

async function forgetInRules(unit: Unit, { companyId, id, at }: LostGroup): Promise<number> {
  const rows = (await unit.rules.lockNaming(companyId, id)).flatMap((row) => {
    const [first, ...then] = stepsOf(JSON.parse(row.action) as Action)
    if (![first, ...then].some((step) => step && names(step, id))) return []
    const action = {
      ...onward(first as AnswerStep, id),
      ...(then.length > 0 && { then: then.map((step) => onward(step, id)) }),
    }
    return [{ ...row, action: JSON.stringify(action), update_time: at }]
  })
  unit.rules.changeActions(rows)
  return rows.length
}

const names = (step: AnswerStep, id: number) => step.kind === 'group' && step.groupId === id
const onward = (step: AnswerStep, id: number): AnswerStep =>
  names(step, id) ? { kind: 'queue' } : step
