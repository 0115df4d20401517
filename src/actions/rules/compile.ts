import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MessageRuleRow } from '../../../entities/index.ts'
import { compiling, type Matcher } from '../../../rules/keyword.ts'
import type { Settings } from '../../../rules/settings.ts'

/** Compiles what has changed, in turns with whatever else this process does; the same rules are not compiled again. */
export function openCompiler() {
  const kept = new Map<string, { said: string; matcher: Matcher }>()
  return async (
    companyId: string,
    rows: MessageRuleRow[],
    settings: Settings,
  ): Promise<Matcher> => {
    const said = createHash('sha256')
      .update(JSON.stringify([settings.traditionalAsSimplified, rows]))
      .digest('base64')
    const known = kept.get(companyId)
    if (known?.said === said) return known.matcher
    const matcher = await inTurns(
      compiling(rows, { traditionalIsSimplified: settings.traditionalAsSimplified }),
    )
    kept.set(companyId, { said, matcher })
    return matcher
  }
}

/** A long piece of work that lets others run whenever it yields. */
export async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value
    await nextTurn()
  }
}
