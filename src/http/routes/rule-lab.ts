// Routes of the rule lab: conflicts, unanswered questions, replays, export and import.
import { z } from 'zod'
import { exportTable, exportRules, importRules } from '../../actions/rules/carry-rules.ts'
import { listConflicts } from '../../actions/rules/find-conflicts.ts'
import { cancelReplay, getReplay, startReplay } from '../../actions/rules/replay-rules.ts'
import { dismissUnmatched, listUnmatched } from '../../actions/rules/unmatched.ts'
import { orTable, pageOf } from '../engine/answers.ts'
import { writeCsv } from '../engine/csv.ts'
import { partOf, shortPage } from '../engine/page.ts'
import { checkCarried, parsed } from './rule-import.ts'
import { bodyInPieces, readBody } from '../engine/read-body.ts'
import { route, type Route } from '../engine/route.ts'
import { rulesFromCsv } from './rule-csv.ts'
import { rule } from './rule-schema.ts'

const id = z.string().regex(/^[0-9a-f]{32}$/)
const moment = z.iso.datetime({ offset: true }).transform((iso) => Date.parse(iso))
const bounds = { most: 16 * 1024 * 1024, withinMs: 30_000 }

export const ruleLabRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/rules/conflicts',
    who: 'admin',
    reach: 'company',
    summary: 'Keywords that never decide, rules that never speak, and why',
    answers: 'RuleConflicts',
    handle: async ({ ports, me }) => ({ body: await listConflicts(ports, me) }),
  }),
  route({
    method: 'get',
    path: '/api/rules/unmatched',
    who: 'admin',
    reach: 'company',
    summary: 'Questions that no rule answered, grouped, the most asked first',
    query: shortPage.extend({ days: z.coerce.number().int().min(1).max(90).default(30) }),
    answers: pageOf('UnmatchedQuestion'),
    handle: async ({ ports, me, query }) => {
      // one question more than the page holds is asked for, which tells whether there is a next
      // page
      const most = Number(query.cursor ?? 0) + query.limit + 1
      const questions = await listUnmatched(ports, me, { days: query.days, most })
      return { body: partOf(questions, query) }
    },
  }),
  route({
    method: 'post',
    path: '/api/rules/unmatched/dismiss',
    who: 'admin',
    reach: 'company',
    summary: 'Forget questions that are worth no rule',
    body: z.strictObject({
      hashes: z
        .array(z.string().regex(/^[0-9a-f]{64}$/))
        .min(1)
        .max(500),
    }),
    answers: 'DismissedQuestions',
    handle: async ({ ports, me, body }) => ({
      body: await dismissUnmatched(ports, me, body.hashes),
    }),
  }),
  route({
    method: 'post',
    path: '/api/rules/replay',
    who: 'admin',
    reach: 'company',
    summary: 'Try rules over what followers wrote between two moments',
    body: z
      .strictObject({
        rules: z
          .array(rule.safeExtend({ id: id.optional() }))
          .max(1000)
          .default([]),
        remove: z.array(id).max(1000).default([]),
        from: moment,
        to: moment,
      })
      .refine(({ from, to }) => from < to, { path: ['to'], message: 'It ends before it begins.' }),
    answers: 'Replay',
    status: 202,
    handle: async ({ ports, me, body }) => ({
      body: await startReplay(ports, me, body),
    }),
  }),
  route({
    method: 'get',
    path: '/api/rules/replay/:id',
    who: 'admin',
    reach: 'company',
    summary: 'How far a replay is, and what it found',
    answers: 'Replay',
    handle: async ({ ports, me, params }) => ({
      body: await getReplay(ports, me, params['id'] ?? ''),
    }),
  }),
  route({
    method: 'delete',
    path: '/api/rules/replay/:id',
    who: 'admin',
    reach: 'company',
    summary: 'Cancel a replay',
    answers: 'Replay',
    handle: async ({ ports, me, params }) => ({
      body: await cancelReplay(ports, me, params['id'] ?? ''),
    }),
  }),
  route({
    method: 'get',
    path: '/api/rules/export',
    who: 'admin',
    reach: 'company',
    summary: 'All rules, as JSON or as a table for spreadsheets',
    query: z.object({ format: z.enum(['json', 'csv']).default('json') }),
    answers: orTable('ExportedRules'),
    handle: async ({ ports, me, query }) => {
      const headers = { 'Content-Disposition': `attachment; filename="rules.${query.format}"` }
      if (query.format === 'json') return { headers, body: await exportRules(ports, me) }
      return {
        headers: { ...headers, 'Content-Type': 'text/csv; charset=utf-8' },
        text: await writeCsv(await exportTable(ports, me)),
      }
    },
  }),
  route({
    method: 'post',
    path: '/api/rules/import',
    who: 'admin',
    reach: 'company',
    summary: 'Rules as they were exported: JSON, or a table as text/csv',
    upload: true,
    query: z.object({ mode: z.enum(['add', 'replace']).default('add') }),
    answers: 'ImportedRules',
    handle: async ({ ports, me, query, request }) => {
      const given = request.is('text/csv')
        ? { mode: query.mode, rules: await rulesFromCsv(bodyInPieces(request, bounds)) }
        : { mode: query.mode, ...parsed(await readBody(request, bounds)) }
      return { body: await importRules(ports, me, await checkCarried(given)) }
    },
  }),
]
