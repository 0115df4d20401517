import type {
  ImportedRules,
  Match,
  Page,
  Replay,
  Rule,
  RuleConflicts,
  TriedRules,
  UnmatchedQuestion,
} from 'kefu-wire'
import { call, withQuery } from './client.ts'

/** The fields of a rule that the page sends when a rule is saved. */
export type RuleToSave = Pick<
  Rule,
  'name' | 'accountId' | 'enabled' | 'priority' | 'action' | 'schedule'
> & { match: Omit<Match, 'keywords'> & Partial<Pick<Match, 'keywords'>> }

const rulePath = (id: string) => `/rules/${encodeURIComponent(id)}`

export const rulesApi = {
  list: (search: string, cursor: string | null) =>
    call<Page<Rule>>('GET', withQuery('/rules', { search, cursor, limit: 100 })),
  get: (id: string) => call<Rule>('GET', rulePath(id)),
  save: (id: string | null, rule: RuleToSave) =>
    id === null ? call<Rule>('POST', '/rules', rule) : call<Rule>('PUT', rulePath(id), rule),
  remove: (id: string) => call<unknown>('DELETE', rulePath(id)),
  try: (text: string, accountId: string | null) =>
    call<TriedRules>('POST', '/rules/test', { text, ...(accountId && { accountId }) }),
  conflicts: () => call<RuleConflicts>('GET', '/rules/conflicts'),
  unmatched: () => call<Page<UnmatchedQuestion>>('GET', '/rules/unmatched'),
  dismiss: (hashes: string[]) => call<unknown>('POST', '/rules/unmatched/dismiss', { hashes }),
  replay: (rules: (RuleToSave & { id?: string })[], days: number) => {
    const to = new Date()
    const from = new Date(to.getTime() - days * 86_400_000)
    return call<Replay>('POST', '/rules/replay', {
      rules,
      from: from.toISOString(),
      to: to.toISOString(),
    })
  },
  replayed: (id: string) => call<Replay>('GET', `/rules/replay/${id}`),
  cancel: (id: string) => call<Replay>('DELETE', `/rules/replay/${id}`),
  import: (file: File) =>
    call<ImportedRules>(
      'POST',
      '/rules/import',
      file,
      file.name.endsWith('.csv') ? 'text/csv' : 'application/json',
    ),
}
