import { z } from 'zod'
import { listRules, getRule } from '../../actions/rules/list-rules.ts'
import { changeRule, createRule, deleteRule } from '../../actions/rules/save-rule.ts'
import { tryRules } from '../../actions/rules/try-rules.ts'
import { presentRule } from '../../views/rule.ts'
import { pageOf } from '../engine/answers.ts'
import { pageBySpot } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'
import { rule } from './rule-schema.ts'
import { idGiven } from '../engine/params.ts'

export const ruleRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/rules',
    who: 'admin',
    reach: 'company',
    summary: 'Rules in their order, with how often each spoke',
    query: pageBySpot.extend({ search: z.string().max(100).optional() }),
    answers: pageOf('Rule'),
    handle: async ({ ports, me, query }) => ({ body: await listRules(ports, me, query) }),
  }),
  route({
    method: 'post',
    path: '/api/rules',
    who: 'admin',
    reach: 'company',
    summary: 'Make a rule',
    body: rule,
    answers: 'Rule',
    status: 201,
    handle: async ({ ports, me, body }) => ({
      body: presentRule(await createRule(ports, me, body)),
    }),
  }),
  route({
    method: 'post',
    path: '/api/rules/test',
    who: 'admin',
    reach: 'company',
    summary: 'Which rule would answer this text, and why not the others?',
    body: z.strictObject({
      text: z.string().max(65_536),
      accountId: idGiven.optional(),
      at: z.iso
        .datetime({ offset: true })
        .transform((iso) => Date.parse(iso))
        .optional(),
    }),
    answers: 'TriedRules',
    handle: async ({ ports, me, body }) => ({ body: await tryRules(ports, me, body) }),
  }),
  route({
    method: 'get',
    path: '/api/rules/:id',
    who: 'admin',
    reach: 'company',
    summary: 'One rule',
    answers: 'Rule',
    handle: async ({ ports, me, params }) => ({
      body: await getRule(ports, me, params['id'] ?? ''),
    }),
  }),
  route({
    method: 'put',
    path: '/api/rules/:id',
    who: 'admin',
    reach: 'company',
    summary: 'Replace a rule',
    body: rule,
    answers: 'Rule',
    handle: async ({ ports, me, params, body }) => ({
      body: presentRule(await changeRule(ports, me, { id: params['id'] ?? '', input: body })),
    }),
  }),
  route({
    method: 'delete',
    path: '/api/rules/:id',
    who: 'admin',
    reach: 'company',
    summary: 'Delete a rule',
    answers: 'Done',
    handle: async ({ ports, me, params }) => {
      await deleteRule(ports, me, params['id'] ?? '')
      return { body: {} }
    },
  }),
]
