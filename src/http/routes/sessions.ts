import { z } from 'zod'
import { acceptSession } from '../../actions/sessions/accept-session.ts'
import { claimNext } from '../../actions/sessions/claim-next.ts'
import { claimSession } from '../../actions/sessions/claim-session.ts'
import { closeMany, closeSession } from '../../actions/sessions/close-session.ts'
import { listLedger, listSessions } from '../../actions/sessions/list-sessions.ts'
import { readUpTo } from '../../actions/sessions/read-up-to.ts'
import { getVisible } from '../../actions/access/find.ts'
import { orNothing, pageOf } from '../engine/answers.ts'
import { route, type Route } from '../engine/route.ts'
import { answerSession, fence, idOf } from './session-answer.ts'
import { pageByAny, pageByNumber } from '../engine/page.ts'
import { idGiven } from '../engine/params.ts'

const reason = z.string().max(200).optional()
const flag = z.enum(['true', 'false']).transform((word) => word === 'true')
const pending = z.enum(['send', 'drop']).optional()

export const sessionRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/sessions',
    who: 'agent',
    reach: 'session.list',
    summary: 'Sessions by state; queued ones in queue order',
    query: pageByAny.extend({
      state: z.enum(['queued', 'waiting', 'active', 'closed', 'missed']).default('queued'),
      mine: flag.default(false),
      search: z.string().max(100).optional(),
      agentUid: z.coerce.number().int().positive().optional(),
      unanswered: flag.optional(),
      answerable: flag.optional(),
    }),
    answers: pageOf('Session'),
    handle: async ({ ports, me, query }) => ({ body: await listSessions(ports, me, query) }),
  }),
  route({
    method: 'post',
    path: '/api/sessions/claim',
    who: 'agent',
    reach: 'queue.next',
    summary: 'Claim the next session this agent may have',
    operationId: 'claimNext',
    body: z.object({ lane: z.string().max(48).optional() }).optional(),
    answers: orNothing('Session'),
    handle: async (call) => {
      const session = await claimNext(call.ports, call.me, call.body?.lane)
      return session ? { body: session } : {}
    },
  }),
  route({
    method: 'post',
    path: '/api/sessions/close',
    who: 'agent',
    reach: 'session.direct',
    summary: 'Close several sessions',
    body: z.object({ ids: z.array(idGiven).min(1).max(200), reason, pending }),
    answers: 'ClosedSessions',
    handle: async ({ ports, me, body }) => ({ body: await closeMany(ports, me, body) }),
  }),
  route({
    method: 'get',
    path: '/api/sessions/:id',
    who: 'agent',
    reach: ['session.read', 'queue.read'],
    summary: 'One session',
    answers: 'Session',
    handle: async (call) => answerSession(call, await getVisible(call.ports, call.me, idOf(call))),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/claim',
    who: 'agent',
    reach: 'queue.claim',
    summary: 'Claim this session',
    operationId: 'claimSession',
    answers: 'Session',
    handle: async (call) =>
      answerSession(call, await claimSession(call.ports, call.me, { sessionId: idOf(call) })),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/accept',
    who: 'agent',
    reach: 'session.accept',
    summary: 'The named agent accepts a waiting session',
    body: z.object({ fence }).optional(),
    answers: 'Session',
    handle: async (call) =>
      answerSession(
        call,
        await acceptSession(call.ports, call.me, {
          sessionId: idOf(call),
          fence: call.body?.fence,
        }),
      ),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/close',
    who: 'agent',
    reach: 'session.direct',
    summary: 'End a session',
    body: z.object({ reason, pending, fence }).optional(),
    answers: 'Session',
    handle: async (call) =>
      answerSession(
        call,
        await closeSession(call.ports, call.me, { sessionId: idOf(call), ...call.body }),
      ),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/read',
    who: 'agent',
    reach: 'session.look',
    summary: 'The agent has seen the lines up to seq',
    body: z.object({ seq: z.number().int().min(0) }),
    answers: 'Session',
    handle: async (call) =>
      answerSession(
        call,
        await readUpTo(call.ports, call.me, { sessionId: idOf(call), seq: call.body.seq }),
      ),
  }),
  route({
    method: 'get',
    path: '/api/sessions/:id/ledger',
    who: 'agent',
    reach: ['session.read', 'queue.read'],
    summary: 'Every transition of a session',
    query: pageByNumber,
    answers: pageOf('LedgerEntry'),
    handle: async ({ ports, me, params, query }) => ({
      body: await listLedger(ports, me, { sessionId: params['id'] ?? '', ...query }),
    }),
  }),
]
