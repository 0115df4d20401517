// What the lab asks of the server, and a rule as a form holds it.
import { call, withQuery, type Page } from '../api.ts'

export type Step = {
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
export type Draft = Omit<Rule, 'id' | 'hits' | 'action'> & { id: string | null; steps: Step[] }

export const kinds = [
  'exact',
  'contains',
  'prefix',
  'suffix',
  'all',
  'any',
  'regex',
  'subscribe',
  'scan',
  'menu',
  'default',
]
export const stepKinds = [
  'text',
  'image',
  'voice',
  'video',
  'news',
  'menu',
  'queue',
  'agent',
  'group',
  'none',
]

export const emptyStep = (kind = 'text'): Step => ({
  kind,
  ...(kind === 'text' && { text: '' }),
  ...(['image', 'voice', 'video'].includes(kind) && { mediaId: '' }),
  ...(kind === 'news' && { articles: [{ title: '', description: '', url: '', picUrl: '' }] }),
  ...(kind === 'menu' && { menu: { head: '', items: [], tail: '' } }),
})
export const emptyDraft = (more: Partial<Draft> = {}): Draft => ({
  id: null,
  name: '',
  accountId: null,
  enabled: true,
  priority: 0,
  match: { kind: 'contains', keywords: [] },
  steps: [emptyStep()],
  schedule: null,
  ...more,
})

export function draftOf({
  id,
  name,
  accountId,
  enabled,
  priority,
  match,
  action,
  schedule,
}: Rule): Draft {
  const { then = [], ...first } = action
  return JSON.parse(
    JSON.stringify({
      id,
      name,
      accountId,
      enabled,
      priority,
      match,
      steps: [first, ...then],
      schedule,
    }),
  ) as Draft
}

/** What does not belong to the chosen kind is left out. */
export function bodyOf({ name, accountId, enabled, priority, match, steps, schedule }: Draft) {
  const [first = emptyStep('none'), ...then] = steps
  const bare = match.kind === 'subscribe' || match.kind === 'default' || match.kind === 'regex'
  return {
    name,
    accountId,
    enabled,
    priority,
    schedule,
    match: {
      kind: match.kind,
      ...(!bare && { keywords: match.keywords }),
      ...(match.kind === 'regex' && { pattern: match.pattern ?? '' }),
    },
    action: { ...first, ...(then.length > 0 && { then }) },
  }
}

const rulePath = (id: string) => `/rules/${encodeURIComponent(id)}`
export const lab = {
  rules: (search: string, cursor: string | null) =>
    call<Page<Rule>>('GET', withQuery('/rules', { search, cursor, limit: 100 })),
  rule: (id: string) => call<Rule>('GET', rulePath(id)),
  save: (draft: Draft) =>
    draft.id === null
      ? call<Rule>('POST', '/rules', bodyOf(draft))
      : call<Rule>('PUT', rulePath(draft.id), bodyOf(draft)),
  remove: (id: string) => call<unknown>('DELETE', rulePath(id)),
  try: (text: string, accountId: string | null) =>
    call<Tried>('POST', '/rules/test', { text, ...(accountId && { accountId }) }),
  conflicts: () => call<Conflicts>('GET', '/rules/conflicts'),
  unmatched: () => call<Page<Question>>('GET', '/rules/unmatched'),
  dismiss: (hashes: string[]) => call<unknown>('POST', '/rules/unmatched/dismiss', { hashes }),
  replay: (draft: Draft | null, days: number) => {
    const to = new Date()
    const rules = draft ? [{ ...bodyOf(draft), ...(draft.id !== null && { id: draft.id }) }] : []
    return call<Replay>('POST', '/rules/replay', {
      rules,
      from: new Date(to.getTime() - days * 86_400_000).toISOString(),
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
  accounts: () =>
    call<Page<{ id: string; name: string }>>('GET', '/accounts').then((page) => page.items),
  people: () =>
    call<Page<{ uid: number; name: string }>>('GET', '/directory?limit=200').then(
      (page) => page.items,
    ),
  groups: () =>
    call<Page<{ id: number; name: string }>>('GET', '/groups').then((page) => page.items),
}
