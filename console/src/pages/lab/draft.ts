// Converts a rule between the form's fields and the server's format.
import type { Rule, RuleToSave, Step } from '../../api/rules.ts'

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

/** Fields that do not belong to the chosen kind of rule are left out. */
export function bodyOf({
  name,
  accountId,
  enabled,
  priority,
  match,
  steps,
  schedule,
}: Draft): RuleToSave {
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
