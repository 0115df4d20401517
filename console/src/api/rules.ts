import { call, withQuery, type Page } from './client.ts'

export interface Step {
  kind: string
  text?: string
  mediaId?: string
  articles?: Article[]
  menu?: Menu
  uid?: number
  groupId?: number
  [more: string]: unknown
}
export type Article = { title: string; description: string; url: string; picUrl: string }
export type Menu = { head: string; items: { id: string; text: string }[]; tail: string }
export type Schedule = {
  days?: number[]
  from?: string
  to?: string
  zone?: string
  validFrom?: string
  validUntil?: string
}
export interface Rule {
  id: string
  name: string
  accountId: string | null
  enabled: boolean
  priority: number
  match: { kind: string; keywords: string[]; pattern?: string }
  action: Step & { then?: Step[] }
  schedule: Schedule | null
  hits: { total: number; recent: number; lastDay: string | null }
}
export interface Considered {
  id: string
  name: string
  kind: string
  priority: number
  matches: boolean
  why: string
  explanation: string
  keyword?: string
}
export interface Tried {
  matched: Rule | null
  replies: Step[]
  keyword?: string
  normalised: string
  considered: Considered[]
}
type Named = { id: string; name: string } | null
export interface Conflicts {
  conflicts: { rule: Named; kind: string; keyword: string; by: Named; explanation: string }[]
  dead: { rule: Named; why: string; by: Named; explanation: string }[]
  silent: Named[]
}
export interface Question {
  text: string
  times: number
  texts: { text: string; times: number }[]
  keyword: string | null
  hashes: string[]
}
type Sample = { text: string; before: string | null; after: string | null }
export interface Replay {
  id: string
  state: string
  progress: number
  done: number
  total: number
  result?: {
    messages: number
    coverage: { before: number; after: number }
    hits: { id: string; name: string; hits: number; before: number }[]
    newlyAnswered: { count: number; samples: Sample[] }
    newlyWrong: { count: number; samples: Sample[] }
  }
}
/** A rule in the form in which it is sent to be saved. */
export interface RuleToSave extends Omit<Rule, 'id' | 'hits' | 'match'> {
  match: { kind: string; keywords?: string[]; pattern?: string }
}

const rulePath = (id: string) => `/rules/${encodeURIComponent(id)}`

export const rulesApi = {
  list: (search: string, cursor: string | null) =>
    call<Page<Rule>>('GET', withQuery('/rules', { search, cursor, limit: 100 })),
  get: (id: string) => call<Rule>('GET', rulePath(id)),
  save: (id: string | null, rule: RuleToSave) =>
    id === null ? call<Rule>('POST', '/rules', rule) : call<Rule>('PUT', rulePath(id), rule),
  remove: (id: string) => call<unknown>('DELETE', rulePath(id)),
  try: (text: string, accountId: string | null) =>
    call<Tried>('POST', '/rules/test', { text, ...(accountId && { accountId }) }),
  conflicts: () => call<Conflicts>('GET', '/rules/conflicts'),
  unmatched: () => call<Page<Question>>('GET', '/rules/unmatched'),
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
    call<{ created: number; changed: number }>(
      'POST',
      '/rules/import',
      file,
      file.name.endsWith('.csv') ? 'text/csv' : 'application/json',
    ),
}
