import { z } from 'zod'
import { changeRule, createRule, deleteRule, noRule } from '../actions/rules/create-rule.ts'
import { tryRules } from '../actions/rules/try-rules.ts'
import { presentRule } from '../views/rule.ts'
import { route, type Route } from './route.ts'

const notYet = (field: string, known: string) => `This release knows the ${field} kinds ${known} only.`
const kinds = ['exact', 'contains', 'subscribe', 'scan', 'menu', 'default'] as const

const match = z.strictObject({
  kind: z.enum(kinds, { error: notYet('match', kinds.join(', ')) }),
  keywords: z.array(z.string().trim().min(1).max(200)).max(200).optional(),
}).refine(({ kind, keywords }) => (kind !== 'exact' && kind !== 'contains') || (keywords?.length ?? 0) > 0, {
  path: ['keywords'], message: 'This kind needs at least one keyword.',
})
const rule = z.strictObject({
  name: z.string().trim().min(1).max(100),
  accountId: z.string().max(32).nullish(),
  enabled: z.boolean().default(true),
  priority: z.number().int().min(-1_000_000).max(1_000_000).default(0),
  match,
  action: z.strictObject({
    kind: z.literal('text', { error: notYet('action', 'text') }),
    text: z.string().min(1).refine((text) => Buffer.byteLength(text) <= 2048, 'WeChat takes at most 2048 bytes of text.'),
  }),
  schedule: z.null({ error: 'This release knows no schedules.' }).optional(),
})

export const ruleRoutes: Route[] = [
  route({
    method: 'get', path: '/api/rules', who: 'admin', summary: 'All rules, in their order',
    handle: async ({ ports, me }) => ({ body: { items: (await ports.store.read.rules.list(me.companyId)).map(presentRule), next: null } }),
  }),
  route({
    method: 'post', path: '/api/rules', who: 'admin', summary: 'Make a rule', body: rule,
    handle: async ({ ports, me, body }) => ({ status: 201, body: presentRule(await createRule(ports, me, body)) }),
  }),
  route({
    method: 'post', path: '/api/rules/test', who: 'admin', summary: 'Which rule would answer this text?',
    body: z.strictObject({ text: z.string().max(20_000), accountId: z.string().max(32).optional() }),
    handle: async ({ ports, me, body }) => ({ body: await tryRules(ports, me, body) }),
  }),
  route({
    method: 'get', path: '/api/rules/:id', who: 'admin', summary: 'One rule',
    handle: async ({ ports, me, params }) => {
      const row = await ports.store.read.rules.find(me.companyId, params['id'] ?? '')
      if (!row) throw noRule()
      return { body: presentRule(row) }
    },
  }),
  route({
    method: 'put', path: '/api/rules/:id', who: 'admin', summary: 'Replace a rule', body: rule,
    handle: async ({ ports, me, params, body }) => ({ body: presentRule(await changeRule(ports, me, { id: params['id'] ?? '', input: body })) }),
  }),
  route({
    method: 'delete', path: '/api/rules/:id', who: 'admin', summary: 'Delete a rule',
    handle: async ({ ports, me, params }) => {
      await deleteRule(ports, me, params['id'] ?? '')
      return { body: {} }
    },
  }),
]
