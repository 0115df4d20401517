// Imports many rules at once. Up to 16 MB are checked rule by rule, with other requests served in
// between.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import type { Carried } from '../../actions/rules/carry-rules.ts'
import { AppError } from '../../errors.ts'
import { check } from '../engine/answer.ts'
import { idInput } from '../engine/params.ts'
import { refuseCostly } from '../engine/json-depth.ts'
import { rule } from './rule-schema.ts'

export const mostAtOnce = 20_000
const list = z.object({
  mode: z.enum(['add', 'replace']).default('add'),
  rules: z.array(z.unknown()).min(1).max(mostAtOnce),
})
const one = rule.safeExtend({ id: idInput.optional(), appid: z.string().max(32).nullish() })
const atOnce = 50

export async function checkCarried(given: object): Promise<Carried> {
  const { mode, rules } = check(list, given, 'body') as z.infer<typeof list>
  const checked: Carried['rules'] = []
  for (const [at, single] of rules.entries()) {
    checked.push(check(one, single, 'rule', `rules.${at}`) as z.infer<typeof one>)
    if (at % atOnce === 0) await nextTurn()
  }
  return { mode, rules: checked }
}

/** Parses the body of an import. A bare list is accepted too and is taken as the list of rules. */
export function parsed(text: string): object {
  refuseCostly(Buffer.from(text))
  try {
    const value = JSON.parse(text) as unknown
    if (Array.isArray(value)) return { rules: value }
    if (typeof value === 'object' && value !== null) return value
  } catch {
    /* JSON that cannot be parsed gets the same answer as a body that is neither object nor list */
  }
  throw new AppError(
    'invalid_input',
    'body: send {"rules": […]} as JSON, or a table with Content-Type: text/csv.',
    { field: 'body' },
  )
}
