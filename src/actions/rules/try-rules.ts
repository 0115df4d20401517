import { compileRules } from '../../../rules/keyword.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { presentRule } from '../../views/rule.ts'
import type { Actor } from '../audit.ts'

/** Which rule would answer, without a push; without an account only rules for all accounts are asked. */
export async function tryRules(needs: Needs<'store'>, me: Actor, input: { text: string, accountId?: string | undefined }) {
  const { accounts, rules } = needs.store.read
  const accountId = input.accountId ?? ''
  if (accountId !== '' && !await accounts.find(me.companyId, accountId)) throw new AppError('not_found', 'There is no such account in your company.')
  const rows = (await rules.list(me.companyId)).filter((row) => row.enabled === 1)
  const chosen = compileRules(rows).text(accountId, input.text)
  const row = rows.find((one) => one.message_rule_id === chosen?.id)
  return {
    matched: row ? presentRule(row) : null,
    ...(chosen && { reply: { type: 'text', text: chosen.text } }),
    considered: rows.map((one) => ({
      id: one.message_rule_id, name: one.name, matches: compileRules([one]).text(accountId, input.text) !== null,
    })),
  }
}
