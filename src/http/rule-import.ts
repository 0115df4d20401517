// Many rules at once: 16 MB of them are looked at rule by rule, and others are served between.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import type { Carried } from '../actions/rules/carry-rules.ts'
import { AppError } from '../errors.ts'
import { check } from './answer.ts'
import { id } from './params.ts'
import { rule } from './rule-schema.ts'

const list = z.object({
  mode: z.enum(['add', 'replace']).default('add'),
  rules: z.array(z.unknown()).min(1).max(20_000),
})
const one = rule.safeExtend({ id: id.optional(), appid: z.string().max(32).nullish() })
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

const deepest = 32

/** Found by a flat scan: building what is deep would hold everybody up. */
export function isTooDeep(json: string): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at)
    if (code === 0x22) at = endOfWords(json, at)
    else if (code === 0x5b || code === 0x7b) depth += 1
    else if (code === 0x5d || code === 0x7d) depth -= 1
    if (depth > deepest) return true
  }
  return false
}

function endOfWords(json: string, from: number): number {
  let at = from + 1
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}

/** A list alone is taken for the rules. */
export function parsed(text: string): object {
  try {
    const value = isTooDeep(text) ? null : (JSON.parse(text) as unknown)
    if (Array.isArray(value)) return { rules: value }
    if (typeof value === 'object' && value !== null) return value
  } catch {
    /* said below */
  }
  throw new AppError(
    'invalid_input',
    'body: send {"rules": […]} as JSON, at most 32 brackets deep, or a table with Content-Type: text/csv.',
    { field: 'body' },
  )
}
