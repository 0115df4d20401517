import { z } from 'zod'
import { listRefused, readRefused } from '../../actions/push/list-refused.ts'
import { page } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'

export const refusedPushRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/pushes/refused',
    who: 'admin',
    reach: 'company',
    summary: 'Pushes that the database refused, with what came; the newest first',
    query: page.extend({
      cursor: z
        .string()
        .regex(/^\d{1,15}\.[0-9a-f]{32}$/)
        .optional(),
    }),
    answers: 'RefusedPushes',
    handle: async ({ ports, me, query }) => ({ body: await listRefused(ports, me, query) }),
  }),
  route({
    method: 'post',
    path: '/api/pushes/refused/:id/read',
    who: 'admin',
    reach: 'company',
    summary: 'An admin has seen to a refused push',
    answers: 'RefusedPush',
    handle: async ({ ports, me, params }) => ({
      body: await readRefused(ports, me, params['id'] ?? ''),
    }),
  }),
]
