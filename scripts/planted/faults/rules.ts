// Faults with rules and with JSON that is too deep. By most of them one company slows down or stops
// others.
import type { Fault } from '../fault.ts'

export const ruleFaults: Fault[] = [
  {
    name: 'patterns-without-bound',
    means: 'A company may store as many and as large patterns as it likes.',
    file: 'src/actions/rules/refuse-patterns.ts',
    find: 'if (together > Math.max(mostSteps, before)) throw tooLarge(sized, together)',
    put: 'if (together < 0) throw tooLarge(sized, before)',
    caughtBy: ['flows/rule-faults: a pattern that exceeds the limit together with the'],
  },
  {
    name: 'patterns-stop-a-company',
    means: 'A pattern that cannot be used makes all rules of the company unusable.',
    file: 'rules/auto-reply/pattern.ts',
    find: "if ('why' in one) leftOut.push({ rule: at, why: one.why })",
    put: "if ('why' in one) throw new Error(one.why)",
    caughtBy: ['flows/rule-faults: a rule that cannot be read, or whose pattern is'],
  },
  {
    name: 'patterns-in-one-go',
    means: 'All patterns of a company are compiled before anybody else is served.',
    file: 'rules/auto-reply/pattern.ts',
    find: 'const setHolds = { patterns: 32, steps: 1500 }',
    put: 'const setHolds = { patterns: 1_000_000, steps: 1_000_000_000 }',
    caughtBy: ['rules/keyword: patterns are compiled in small steps, and those that'],
  },
  {
    name: 'one-company-stops-a-job',
    means: 'A job that fails for one company does not come to those behind it.',
    file: 'src/actions/jobs/run-job.ts',
    find: '      return failure(error)\n',
    put: '      throw error\n',
    caughtBy: ['flows/rule-faults: a job that fails for one company still runs for the'],
  },
  {
    name: 'deep-json-built',
    means: 'However deep JSON is, it is built.',
    file: 'src/http/engine/json-depth.ts',
    find: 'if (depth > deepest) return',
    put: 'if (depth > 1_000_000_000) return',
    caughtBy: ['api/bad-input: a call with deeply nested JSON is refused with a'],
  },
  {
    name: 'compiled-at-each-test',
    means: 'Each test of a rule compiles all that are switched off.',
    file: 'src/actions/rules/compile.ts',
    find: 'before?.said === said ? before : compile',
    put: "before?.said === '' ? before : compile",
    caughtBy: ['flows/rule-faults: trying a text against 900 rules that are'],
  },
  {
    name: 'rules-talk-in-conversations',
    means: 'In conversations of a new company rules speak.',
    file: 'src/actions/companies/create-company.ts',
    find: 'settings: JSON.stringify(settingsAtBirth),',
    put: "settings: '{}',",
    caughtBy: ['flows/rules: rules do not answer during conversations in a new'],
  },
]
