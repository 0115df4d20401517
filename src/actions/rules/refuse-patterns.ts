// Refuses rules whose pattern would not compile, alone or together with all other patterns of the
// company.
import { mostPatterns, mostSteps } from '../../../rules/auto-reply/pattern.ts'
import type { MatchKind } from '../../../rules/auto-reply/rule.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'

/**
 * A rule whose pattern is checked. `at` is its position in the body of the call, which errors put
 * before the name of the field.
 */
export type Patterned = {
  id?: string | undefined
  at: string
  input: { name: string; match: { kind: MatchKind; pattern?: string | null | undefined } }
}
type Sized = { name: string; at: string; steps: number }

/**
 * Refuses the call if a pattern cannot be compiled or the company's patterns together are too
 * large. `stays` tells whether an existing rule that the call does not name will still exist
 * afterwards; its pattern then counts too.
 */
export async function refusePatterns(
  needs: Needs<'store' | 'patterns'>,
  me: Me,
  { rules, stays = () => true }: { rules: Patterned[]; stays?: (id: string) => boolean },
): Promise<void> {
  const given = rules.flatMap(({ id, at, input }) =>
    input.match.kind === 'regex' && typeof input.match.pattern === 'string'
      ? [{ id, at, name: input.name, pattern: input.match.pattern }]
      : [],
  )
  if (given.length === 0) return
  if (given.length > mostPatterns) throw tooMany(given[mostPatterns])
  const sized = await sizesOf(needs, given)

  const stored = await needs.store.read.rules.patterns(me.companyId)
  // a rule that is given without a pattern, as one with keywords, replaces its old pattern too
  const replaced = new Set(rules.map(({ id }) => id))
  const others = stored.filter(({ id }) => !replaced.has(id) && stays(id))
  const last = sized.at(-1)
  if (others.length + given.length > Math.max(mostPatterns, stored.length)) throw tooMany(last)
  const [before, beside] = [await stepsOf(needs, stored), await stepsOf(needs, others)]
  const together = beside + sized.reduce((sum, { steps }) => sum + steps, 0)
  // a company that exceeds the limit since an older version may still reduce its patterns one by
  // one
  if (together > Math.max(mostSteps, before)) throw tooLarge(sized, together)
}

type GivenPattern = { at: string; name: string; pattern: string }

async function sizesOf({ patterns }: Needs<'patterns'>, given: GivenPattern[]): Promise<Sized[]> {
  const measured = await patterns.of(given.map(({ pattern }) => pattern))
  return given.map(({ at, name }, index) => {
    const one = measured[index]
    if (one && 'steps' in one) return { at, name, steps: one.steps }
    const field = `${at}match.pattern`
    throw new AppError('invalid_input', `${field}: ${one?.why ?? 'It cannot be used.'}`, { field })
  })
}

async function stepsOf(
  { patterns }: Needs<'patterns'>,
  stored: { pattern: string }[],
): Promise<number> {
  const measured = await patterns.of(stored.map(({ pattern }) => pattern))
  return measured.reduce((sum, one) => sum + ('steps' in one ? one.steps : 0), 0)
}

const named = (rule: { name: string } | undefined) => `the rule “${rule?.name ?? ''}”`

const tooMany = (rule: { name: string; at: string } | undefined) =>
  new AppError(
    'limit_reached',
    `A company may have ${mostPatterns} rules with a pattern, and ${named(rule)} is one too many: use keywords, or put several patterns into one with |.`,
    { field: `${rule?.at ?? ''}match.pattern` },
  )

function tooLarge(sized: Sized[], together: number): AppError {
  const largest = sized.reduce((a, b) => (b.steps > a.steps ? b : a))
  return new AppError(
    'limit_reached',
    `The patterns of your company would take ${together} steps together, at most ${mostSteps}: ${named(largest)} takes ${largest.steps}. Use fewer or smaller repetitions ({1,100} takes a hundred times its piece), or delete patterns.`,
    { field: `${largest.at}match.pattern` },
  )
}
