// Converts a rule between the form's fields and the server's format.
import type { Action, MatchKind, Rule, Said, AnswerStep } from 'kefu-wire'
import type { RuleToSave } from '../../api/rules.ts'

/** A step in the form, in which required parts may still be missing. */
export interface StepDraft extends Omit<Said, 'media' | 'location' | 'link' | 'event' | 'refused'> {
  kind: AnswerStep['kind']
  uid?: number
  groupId?: number
}
export type RuleDraft = Omit<RuleToSave, 'match' | 'action'> &
  Pick<Rule, 'match'> & { id: string | null; steps: StepDraft[] }

export const kinds: MatchKind[] = [
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
export const stepKinds: StepDraft['kind'][] = [
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

export const emptyStep = (kind: StepDraft['kind'] = 'text'): StepDraft => ({
  kind,
  ...(kind === 'text' && { text: '' }),
  ...(['image', 'voice', 'video'].includes(kind) && { mediaId: '' }),
  ...(kind === 'news' && { articles: [{ title: '', description: '', url: '', picUrl: '' }] }),
  ...(kind === 'menu' && { menu: { head: '', items: [], tail: '' } }),
})
export const emptyDraft = (more: Partial<RuleDraft> = {}): RuleDraft => ({
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
}: Rule): RuleDraft {
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
  ) as RuleDraft
}

/**
 * Makes what is sent to save a draft. Fields that do not belong to the chosen kind of rule are left
 * out.
 */
export function bodyOf({
  name,
  accountId,
  enabled,
  priority,
  match,
  steps,
  schedule,
}: RuleDraft): RuleToSave {
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
    action: { ...first, ...(then.length > 0 && { then }) } as Action,
  }
}
