// The schema of a rule in a request. An error names the field and says what to do.
import { z } from 'zod'
import { stepsOf, type Action, type AnswerStep } from '../../../rules/auto-reply/action.ts'
import { matchKinds, type MatchKind } from '../../../rules/auto-reply/rule.ts'
import type { Schedule } from '../../../rules/time/schedule.ts'
import { isZone } from '../../../rules/time/working-hours.ts'
import type { RuleInput } from '../../actions/rules/save-rule.ts'
import { contentOptions, oneOfKinds, type Option } from './content.ts'
import { idGiven, numberGiven } from '../engine/params.ts'

const mostKeywords = 200
const mostSteps = 6
const withKeywords: MatchKind[] = ['exact', 'contains', 'prefix', 'suffix', 'all', 'any']
const ofEvents: MatchKind[] = ['subscribe', 'scan', 'menu']

const match = z
  .strictObject({
    kind: z.enum(matchKinds, { error: `kind: one of ${matchKinds.join(', ')}.` }),
    keywords: z
      .array(
        z
          .string()
          .trim()
          .min(1, 'A keyword has at least one character.')
          .max(200, 'At most 200 characters: use a shorter part of it.')
          .regex(/^[^\r\n]*$/, 'A keyword is one line: make two of it.'),
      )
      .max(
        mostKeywords,
        `At most ${mostKeywords} keywords in one rule: make another rule with the same answer.`,
      )
      .optional(),
    pattern: z.string().min(1).max(200, 'At most 200 characters.').nullish(),
  })
  .superRefine((given, context) => {
    for (const [path, why] of [
      ['keywords', whyNoKeywords(given)],
      ['pattern', whyNotThisPattern(given)],
    ] as const) {
      if (why) context.addIssue({ code: 'custom', path: [path], message: why })
    }
  })

type GivenMatch = {
  kind: MatchKind
  keywords?: string[] | undefined
  pattern?: string | null | undefined
}

function whyNoKeywords({ kind, keywords = [] }: GivenMatch): string | null {
  if (withKeywords.includes(kind)) {
    return keywords.length === 0 ? 'This kind needs at least one keyword.' : null
  }
  const takesNone = kind === 'subscribe' || kind === 'default' || kind === 'regex'
  return takesNone && keywords.length > 0
    ? `A rule of the kind ${kind} has no keywords: leave them out.`
    : null
}

function whyNotThisPattern({ kind, pattern }: GivenMatch): string | null {
  if (kind === 'regex') {
    return typeof pattern === 'string' ? null : 'This kind needs a pattern.'
  }
  return typeof pattern === 'string'
    ? 'Only a rule of the kind regex has a pattern: leave it out, or choose regex.'
    : null
}

const others = (more: z.ZodRawShape): Option[] => [
  z.strictObject({ kind: z.literal('agent'), uid: numberGiven, ...more }),
  z.strictObject({ kind: z.literal('group'), groupId: numberGiven, ...more }),
  z.strictObject({ kind: z.literal('queue'), ...more }),
  z.strictObject({ kind: z.literal('none'), ...more }),
]
const sayable = [
  'text',
  'image',
  'voice',
  'video',
  'news',
  'menu',
  'miniprogram',
  'article',
] as const
const stepOptions = (more: z.ZodRawShape) =>
  oneOfKinds('kind', [...contentOptions('kind', [...sayable], more), ...others(more)])
const step = stepOptions({}) as unknown as z.ZodType<AnswerStep>
const action = stepOptions({
  then: z
    .array(step)
    .max(mostSteps - 1, `At most ${mostSteps} steps: WeChat takes five replies for one message.`)
    .optional(),
}) as unknown as z.ZodType<Action>

const clock = /^([01]\d|2[0-3]):[0-5]\d$/
const time = z.string().regex(clock, 'A time like 09:00.')
const moment = z.iso
  .datetime({ offset: true, error: 'A moment like 2026-01-31T09:00:00Z.' })
  .transform((iso) => Date.parse(iso))
const schedule = z
  .strictObject({
    days: z
      .array(z.number().int().min(1).max(7))
      .min(1, 'Days are 1 (Monday) to 7 (Sunday); leave them out for every day.')
      .max(7),
    from: time,
    to: z.union([time, z.literal('24:00')]),
    zone: z.string().max(64).refine(isZone, 'A time zone like Asia/Shanghai.'),
    validFrom: moment,
    validUntil: moment,
  })
  .partial()
  .superRefine(({ from = '00:00', to = '24:00', validFrom, validUntil }, context) => {
    if (from === to) {
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: 'from and to are the same: leave both out for the whole day.',
      })
    }
    if (validFrom !== undefined && validUntil !== undefined && validUntil <= validFrom) {
      context.addIssue({
        code: 'custom',
        path: ['validUntil'],
        message: 'It ends before it begins.',
      })
    }
  }) as unknown as z.ZodType<Schedule>

export const rule = z
  .strictObject({
    name: z.string().trim().min(1, 'A rule has a name.').max(100),
    accountId: idGiven.nullish(),
    enabled: z.boolean().default(true),
    priority: z.number().int().min(-1_000_000).max(1_000_000).default(0),
    match,
    action,
    schedule: schedule.nullish(),
  })
  .superRefine(({ match: { kind }, action: whole }, context) => {
    const steps = stepsOf(whole)
    const refuse = (path: (string | number)[], message: string) => {
      context.addIssue({ code: 'custom', path: ['action', ...path], message })
    }
    if (
      steps.filter(({ kind: one }) => one === 'agent' || one === 'group' || one === 'queue')
        .length > 1
    ) {
      refuse(['then'], 'A rule hands a customer on once.')
    }
    if (steps.length > 1 && steps.some(({ kind: one }) => one === 'none')) {
      refuse(['kind'], 'none says nothing: it stands alone.')
    }
    steps.forEach((one, at) => {
      if (one.kind !== 'news' || one.articles.length < 2 || (at === 0 && ofEvents.includes(kind))) {
        return
      }
      refuse(
        at === 0 ? ['articles'] : ['then', at - 1, 'articles'],
        'WeChat shows one article here; several only first in the answer to a follow, a scan or a menu.',
      )
    })
  }) satisfies z.ZodType<RuleInput>
