// Routes for what can be done with a session, other than claim, accept, read, answer and close.
import { z } from 'zod'
import { sessionStream } from '../../../rules/session/stream.ts'
import { grades } from '../../../rules/session/satisfaction.ts'
import { addNote } from '../../actions/sessions/add-note.ts'
import { addMembers, removeMembers } from '../../actions/sessions/change-members.ts'
import { gradeSession } from '../../actions/sessions/grade-session.ts'
import { dismissMissed } from '../../actions/sessions/missed.ts'
import { startSession } from '../../actions/sessions/start-session.ts'
import { takeOver } from '../../actions/sessions/take-over.ts'
import { transferSession } from '../../actions/sessions/transfer-session.ts'
import { typeIn } from '../../actions/sessions/type-in.ts'
import { watchSession } from '../../actions/sessions/watch-session.ts'
import { presentMessage } from '../../views/message.ts'
import { presentTime } from '../../views/times.ts'
import { answerSession, fence, idOf } from './session-answer.ts'
import { route, type Route } from '../engine/route.ts'
import { idGiven, numberGiven } from '../engine/params.ts'

const uid = numberGiven
const words = (most: number) => z.string().trim().min(1).max(most)
const members = z.object({ uids: z.array(uid).min(1).max(50), fence })
const clientMsgId = z
  .string()
  .regex(/^[\x21-\x7e]{1,80}$/, '1 to 80 printable ASCII characters')
  .optional()

/** To whom a session is transferred: either a person or a group, never both. */
const target = z.union(
  [
    z.strictObject({ agentUid: uid, note: words(2000).optional(), fence }),
    z.strictObject({ groupId: uid, note: words(2000).optional(), fence }),
  ],
  { error: 'agentUid or groupId, and a note if you like' },
)

export const sessionVerbRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/sessions',
    who: 'agent',
    reach: 'customer.start',
    summary: 'Start a session with a customer who has none',
    operationId: 'startSession',
    body: z.object({ customerId: idGiven }),
    answers: 'Session',
    status: 201,
    handle: async (call) => ({
      ...(await answerSession(call, await startSession(call.ports, call.me, call.body))),
    }),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/transfer',
    who: 'agent',
    reach: 'session.direct',
    summary:
      'Give a session to a person, who accepts it, or to a group, whose lane it is queued in',
    operationId: 'transferSession',
    body: target,
    answers: 'Session',
    handle: async (call) => {
      const { note, fence, ...to } = call.body
      return answerSession(
        call,
        await transferSession(call.ports, call.me, { sessionId: idOf(call), to, note, fence }),
      )
    },
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/takeover',
    who: 'supervisor',
    reach: 'session.supervise',
    summary: 'Take a session from whoever has it',
    body: z.object({ fence }).optional(),
    answers: 'Session',
    handle: async (call) =>
      answerSession(
        call,
        await takeOver(call.ports, call.me, { sessionId: idOf(call), fence: call.body?.fence }),
      ),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/members',
    who: 'agent',
    reach: 'session.direct',
    summary: 'Ask people into a session: it becomes a group chat',
    body: members,
    answers: 'Session',
    handle: async (call) =>
      answerSession(
        call,
        await addMembers(call.ports, call.me, { sessionId: idOf(call), ...call.body }),
      ),
  }),
  route({
    method: 'delete',
    path: '/api/sessions/:id/members',
    who: 'agent',
    reach: 'session.leave',
    summary: 'Send members away, or leave',
    body: members,
    answers: 'Session',
    handle: async (call) =>
      answerSession(
        call,
        await removeMembers(call.ports, call.me, { sessionId: idOf(call), ...call.body }),
      ),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/notes',
    who: 'agent',
    reach: 'session.write',
    summary: 'A note among colleagues; @uid tells a person',
    operationId: 'addNote',
    body: z.object({ text: words(2000), fence, clientMsgId }),
    answers: 'OneMessage',
    status: 201,
    handle: async (call) => ({
      body: {
        message: presentMessage(
          await addNote(call.ports, call.me, { sessionId: idOf(call), ...call.body }),
        ),
      },
    }),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/dismiss',
    who: 'agent',
    reach: 'missed.dismiss',
    summary: 'A missed session needs nothing more: it leaves the list',
    operationId: 'dismissSession',
    answers: 'Session',
    handle: async (call) =>
      answerSession(call, await dismissMissed(call.ports, call.me, idOf(call))),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/typing',
    who: 'agent',
    reach: 'session.write',
    summary: 'Show that one is writing',
    answers: 'Session',
    handle: async (call) => answerSession(call, await typeIn(call.ports, call.me, idOf(call))),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/grade',
    who: 'supervisor',
    reach: 'session.supervise',
    summary: 'Grade how a session was done: 1 good, 2 medium, 3 bad',
    body: z.object({
      grade: z.union([z.literal(grades.good), z.literal(grades.medium), z.literal(grades.bad)]),
      text: words(500).optional(),
    }),
    answers: 'Session',
    handle: async (call) =>
      answerSession(
        call,
        await gradeSession(call.ports, call.me, { sessionId: idOf(call), ...call.body }),
      ),
  }),
  route({
    method: 'post',
    path: '/api/sessions/:id/watch',
    who: 'supervisor',
    reach: 'session.supervise',
    summary: 'Look on for two minutes: its lines are heard in the stream session:<id>',
    answers: 'WatchedSession',
    handle: async (call) => {
      const { session, until } = await watchSession(call.ports, call.me, idOf(call))
      return {
        body: {
          ...(await answerSession(call, session)).body,
          stream: sessionStream(session.session_id),
          until: presentTime(until),
        },
      }
    },
  }),
]
