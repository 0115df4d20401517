import { z } from 'zod'
import { listJobs, runByHand } from '../../actions/jobs/run-job.ts'
import { selfCheck } from '../../actions/self-check/self-check.ts'
import { pageOf } from '../engine/answers.ts'
import { partOf, shortPage } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'

export const jobRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/admin/self-check',
    who: 'admin',
    reach: 'company',
    summary: 'The invariants, on live data',
    query: z.object({ most: z.coerce.number().int().min(1).max(10_000_000).optional() }),
    answers: 'SelfCheck',
    handle: async ({ ports, me, query }) => ({
      body: await selfCheck(
        ports,
        me.companyId,
        query.most === undefined ? {} : { most: query.most },
      ),
    }),
  }),
  route({
    method: 'get',
    path: '/api/admin/jobs',
    who: 'admin',
    reach: 'company',
    summary: 'Jobs: last run, next run, what it did',
    query: shortPage,
    answers: pageOf('Job'),
    handle: async ({ ports, me, query }) => ({
      body: partOf((await listJobs(ports, me)).items, query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/admin/jobs/:name/run',
    who: 'admin',
    reach: 'company',
    summary: "Run a job now for one's own company",
    answers: 'JobRun',
    handle: async ({ ports, me, params }) => ({
      body: await runByHand(ports, me, params['name'] ?? ''),
    }),
  }),
]
