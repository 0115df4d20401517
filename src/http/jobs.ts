import { listJobs, runByHand } from '../actions/jobs/run-job.ts'
import { route, type Route } from './route.ts'

export const jobRoutes: Route[] = [
  route({
    method: 'get', path: '/api/admin/jobs', who: 'admin', summary: 'Jobs: last run, next run, what it did',
    handle: async ({ ports, me }) => ({ body: await listJobs(ports, me) }),
  }),
  route({
    method: 'post', path: '/api/admin/jobs/:name/run', who: 'admin', summary: 'Run a job now for one\'s own company',
    handle: async ({ ports, me, params }) => ({ body: await runByHand(ports, me, params['name'] ?? '') }),
  }),
]
