import { z } from 'zod'
import { listReclaimed, previewReclaim, undoReclaims } from '../../actions/customers/reclaims.ts'
import { pageOf } from '../engine/answers.ts'
import { pageBySpot } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'
import { idGiven } from '../engine/params.ts'

export const reclaimRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/reclaims/preview',
    who: 'supervisor',
    reach: 'company',
    summary: 'Who will be reclaimed within so many hours if nobody says a word',
    query: pageBySpot.extend({ hours: z.coerce.number().int().min(0).max(8760).default(24) }),
    answers: pageOf('ReclaimSoon'),
    handle: async ({ ports, me, query }) => ({ body: await previewReclaim(ports, me, query) }),
  }),
  route({
    method: 'get',
    path: '/api/reclaims',
    who: 'supervisor',
    reach: 'company',
    summary: 'Who was reclaimed, the newest first',
    query: pageBySpot,
    answers: pageOf('Reclaimed'),
    handle: async ({ ports, me, query }) => ({ body: await listReclaimed(ports, me, query) }),
  }),
  route({
    method: 'post',
    path: '/api/reclaims/undo',
    who: 'supervisor',
    reach: 'reclaimed',
    summary: 'Give customers back to whose they were',
    body: z.strictObject({ customerIds: z.array(idGiven).min(1).max(200) }),
    answers: 'UndoneReclaims',
    handle: async ({ ports, me, body }) => ({
      body: await undoReclaims(ports, me, body.customerIds),
    }),
  }),
]
