import { createHash } from 'node:crypto'
import { setTimeout as rest } from 'node:timers/promises'
import type { MessageRuleRow } from '../../../entities/index.ts'
import { compileRules, compiling, type Matcher } from '../../../rules/auto-reply/keyword.ts'
import type { Settings } from '../../../rules/settings.ts'
import type { Needs } from '../../ports.ts'
import { inTurns } from './turns.ts'

/** The compiled rules of a company, or those before them while the new ones are being compiled. */
export type Compiled = {
  /** The matcher to use now. After a change the old rules answer until the new ones are ready. */
  now: () => Matcher
  ready: Promise<Matcher>
}
type Compiler = (key: string, rows: MessageRuleRow[], settings: Settings) => Compiled

const nothing = compileRules([])

/**
 * Compiles rules that changed, in small steps between other work. Rules that were tried before are
 * not compiled again, even if they failed. If more companies than `keeps` are held, those not used
 * for the longest time are dropped.
 */
export function openCompiler(needs: Needs<'log'>, keeps = Infinity): Compiler {
  const kept = new Map<string, Compiled & { said: string }>()
  return (key, rows, settings) => {
    const said = createHash('sha256')
      .update(JSON.stringify([settings.traditionalAsSimplified, rows]))
      .digest('base64')
    const before = kept.get(key)
    const compiled =
      before?.said === said ? before : compile(needs, { key, rows, settings, before })
    kept.delete(key)
    kept.set(key, { ...compiled, said })
    if (kept.size > keeps) kept.delete(kept.keys().next().value ?? '')
    return compiled
  }
}

type CompileInput = {
  key: string
  rows: MessageRuleRow[]
  settings: Settings
  before: Compiled | undefined
}

function compile(needs: Needs<'log'>, { key, rows, settings, before }: CompileInput): Compiled {
  let now = before?.now ?? (() => nothing)
  const ready = inTurns(
    compiling(rows, { traditionalIsSimplified: settings.traditionalAsSimplified }),
  )
    .catch((error: unknown) => {
      needs.log.error(
        { rules: key, error: String(error) },
        'the rules of a company cannot be compiled: none of them answers until they are changed',
      )
      const why = `The rules cannot be compiled together: ${String(error)}`
      const unusable = rows.map(({ message_rule_id: id, name }) => ({ id, name, why }))
      return { ...nothing, unusable }
    })
    .then((matcher) => {
      now = () => matcher
      return matcher
    })
  return { now: () => now(), ready }
}

/**
 * How long callers wait until changed rules are compiled; after that they use the old rules. For
 * the first rules after a start there are no old ones, so they wait longer, but WeChat waits only 5
 * s for an answer.
 */
const patienceMs = { change: 500, first: 3000 }

export async function soonReady({ now, ready }: Compiled): Promise<void> {
  const patience = new AbortController()
  const ms = now() === nothing ? patienceMs.first : patienceMs.change
  const waited = rest(ms, undefined, { signal: patience.signal }).catch(() => undefined)
  await Promise.race([ready, waited])
  patience.abort()
}
