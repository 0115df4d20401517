// Exports and imports rules as JSON or as a table. Accounts are named by their appid, so that
// another installation can read the file.
import type { MessageRuleRow } from '../../../entities/index.ts'
import type { Action } from '../../../rules/auto-reply/action.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { presentRule } from '../../views/rule.ts'
import { writeAudit } from '../audit.ts'
import { refusePatterns } from './refuse-patterns.ts'
import { mostRules, refuseForeign, rowOf, type RuleInput, type RuleNeeds } from './save-rule.ts'

export const csvColumns = [
  'id',
  'name',
  'appid',
  'enabled',
  'priority',
  'kind',
  'keywords',
  'pattern',
  'reply',
  'action',
  'schedule',
]

export async function exportRules(needs: Needs<'store' | 'clock'>, me: Me) {
  const rows = await needs.store.slow.rules.all(me.companyId)
  const appids = new Map(
    (await needs.store.read.accounts.list(me.companyId)).map((account) => [
      account.account_id,
      account.appid,
    ]),
  )
  return {
    exportedAt: new Date(needs.clock.now()).toISOString(),
    rules: rows.map((row) => {
      const { id, name, enabled, priority, match, action, schedule } = presentRule(row)
      return {
        id,
        name,
        appid: row.account_id === null ? null : (appids.get(row.account_id) ?? null),
        enabled,
        priority,
        match,
        action,
        schedule,
      }
    }),
  }
}

/**
 * The keywords of a rule are in one cell, one per line. A plain text answer is in `reply`; anything
 * else is in `action` as JSON.
 */
export async function exportTable(needs: Needs<'store' | 'clock'>, me: Me): Promise<string[][]> {
  const { rules } = await exportRules(needs, me)
  return [
    csvColumns,
    ...rules.map(({ id, name, appid, enabled, priority, match, action, schedule }) => [
      id,
      name,
      appid ?? '',
      enabled ? 'yes' : 'no',
      String(priority),
      match.kind,
      match.keywords.join('\n'),
      match.pattern ?? '',
      ...(plainWords(action) === null
        ? ['', JSON.stringify(action)]
        : [plainWords(action) ?? '', '']),
      schedule ? JSON.stringify(schedule) : '',
    ]),
  ]
}

const plainWords = (action: Action): string | null =>
  action.kind === 'text' && action.then === undefined ? action.text : null

export type Carried = {
  rules: (RuleInput & { id?: string | undefined; appid?: string | null | undefined })[]
  mode: 'add' | 'replace'
}

/** Imports all rules or none. A rule with the id of an existing rule replaces it. */
export async function importRules(
  needs: RuleNeeds,
  me: Me,
  { rules, mode }: Carried,
): Promise<{ created: number; changed: number; removed: number }> {
  await refusePatterns(needs, me, {
    rules: rules.map((input, at) => ({ id: input.id, at: `rules.${at}.`, input })),
    stays: () => mode === 'add',
  })
  const result = await needs.store.work('rest', async (unit) => {
    await unit.companies.lock(me.companyId)
    const inputs = await withAccounts(unit, me, rules)
    await refuseForeign(unit, me, inputs)
    const there = new Map(
      (await unit.rules.lockAll(me.companyId)).map((row) => [row.message_rule_id, row]),
    )
    const known = inputs.map(({ id }) => (id === undefined ? null : (there.get(id) ?? null)))
    const changed = known.filter((row) => row !== null).length
    const kept = mode === 'replace' ? 0 : there.size - changed
    if (kept + inputs.length > mostRules) {
      throw new AppError('limit_reached', `A company may have ${mostRules} rules.`)
    }

    const removed =
      mode === 'replace'
        ? await removeOthers(unit, me, {
            there,
            kept: new Set(known.flatMap((row) => row?.message_rule_id ?? [])),
          })
        : 0
    const rows = inputs.map((input, at) => rowOf(needs, me, { input, before: known[at] ?? null }))
    unit.rules.rewrite(rows.filter((_, at) => known[at]))
    unit.rules.insert(rows.filter((_, at) => !known[at]))
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'rules.imported',
        object: 'rules',
        detail: { mode, rules: rows.length, removed },
      },
    })
    return { created: rows.length - changed, changed, removed }
  })

  needs.bus.publish('known', me.companyId)
  return result
}

async function removeOthers(
  unit: Unit,
  me: Me,
  { there, kept }: { there: Map<string, MessageRuleRow>; kept: Set<string> },
): Promise<number> {
  const others = [...there.keys()].filter((id) => !kept.has(id))
  if (kept.size === 0) await unit.rules.removeAll(me.companyId)
  else for (const id of others) await unit.rules.remove(me.companyId, id)
  return others.length
}

async function withAccounts(unit: Unit, me: Me, rules: Carried['rules']) {
  const accounts = new Map(
    (await unit.accounts.list(me.companyId)).map((account) => [account.appid, account.account_id]),
  )
  return rules.map((rule, at) => {
    if (!rule.appid) return rule
    const accountId = accounts.get(rule.appid)
    if (!accountId) {
      throw new AppError(
        'not_found',
        `rules.${at}.appid: your company has no account ${rule.appid}: make it first, or leave the cell empty for all accounts.`,
        { field: `rules.${at}.appid` },
      )
    }
    return { ...rule, accountId }
  })
}
