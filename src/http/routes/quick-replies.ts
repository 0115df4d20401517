import { z } from 'zod'
import {
  createQuickReplyGroup,
  deleteQuickReplyGroup,
  listQuickReplyGroups,
  renameQuickReplyGroup,
} from '../../actions/quick-replies/groups.ts'
import {
  changeQuickReply,
  createQuickReply,
  deleteQuickReply,
  getQuickReply,
  listQuickReplies,
  useQuickReply,
} from '../../actions/quick-replies/quick-replies.ts'
import { presentQuickReply, presentQuickReplyGroup } from '../../views/quick-reply.ts'
import { content } from './content.ts'
import { pageOf } from '../engine/answers.ts'
import { pageByNumber, partOf, shortPage } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'
import { idGiven } from '../engine/params.ts'

const scope = z.enum(['personal', 'shared'])
const title = z.string().trim().min(1, 'A quick reply has a title.').max(100)
const name = z.string().trim().min(1, 'A group has a name.').max(64)
const groupId = idGiven.nullish()

export const quickReplyRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/quick-replies',
    who: 'agent',
    reach: ['reply.own', 'reply.shared'],
    summary: "One's own and the company's quick replies, the most used first",
    query: pageByNumber.extend({
      search: z.string().max(100).default(''),
      groupId: idGiven.optional(),
      scope: scope.optional(),
    }),
    answers: pageOf('QuickReply'),
    handle: async ({ ports, me, query }) => ({
      body: await listQuickReplies(ports, me, {
        search: query.search,
        groupId: query.groupId ?? null,
        scope: query.scope ?? null,
        cursor: query.cursor,
        limit: query.limit,
      }),
    }),
  }),
  route({
    method: 'post',
    path: '/api/quick-replies',
    who: 'agent',
    reach: ['oneself', 'reply.keep'],
    summary: 'Make a quick reply',
    body: z.strictObject({ scope: scope.default('personal'), title, content, groupId }),
    answers: 'QuickReply',
    status: 201,
    handle: async ({ ports, me, body }) => ({
      body: presentQuickReply(await createQuickReply(ports, me, body)),
    }),
  }),
  route({
    method: 'get',
    path: '/api/quick-replies/:id',
    who: 'agent',
    reach: ['reply.own', 'reply.shared'],
    summary: 'One quick reply',
    answers: 'QuickReply',
    handle: async ({ ports, me, params }) => ({
      body: presentQuickReply(await getQuickReply(ports, me, params['id'] ?? '')),
    }),
  }),
  route({
    method: 'put',
    path: '/api/quick-replies/:id',
    who: 'agent',
    reach: ['reply.own', 'reply.keep'],
    summary: 'Replace a quick reply',
    body: z.strictObject({ title, content, groupId }),
    answers: 'QuickReply',
    handle: async ({ ports, me, params, body }) => ({
      body: presentQuickReply(
        await changeQuickReply(ports, me, { id: params['id'] ?? '', input: body }),
      ),
    }),
  }),
  route({
    method: 'delete',
    path: '/api/quick-replies/:id',
    who: 'agent',
    reach: ['reply.own', 'reply.keep'],
    summary: 'Delete a quick reply',
    answers: 'Done',
    handle: async ({ ports, me, params }) => {
      await deleteQuickReply(ports, me, params['id'] ?? '')
      return { body: {} }
    },
  }),
  route({
    method: 'post',
    path: '/api/quick-replies/:id/use',
    who: 'agent',
    reach: ['reply.own', 'reply.shared'],
    summary: 'Fill in its words for a session, and count it',
    body: z.strictObject({ sessionId: idGiven.optional() }).optional(),
    answers: 'QuickReply',
    handle: async ({ ports, me, params, body }) => ({
      body: await useQuickReply(ports, me, { id: params['id'] ?? '', sessionId: body?.sessionId }),
    }),
  }),
  route({
    method: 'get',
    path: '/api/quick-reply-groups',
    who: 'agent',
    reach: ['reply.own', 'reply.shared'],
    summary: 'Groups of quick replies',
    query: shortPage,
    answers: pageOf('QuickReplyGroup'),
    handle: async ({ ports, me, query }) => ({
      body: partOf((await listQuickReplyGroups(ports, me)).items, query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/quick-reply-groups',
    who: 'agent',
    reach: ['oneself', 'reply.keep'],
    summary: 'Make a group of quick replies',
    body: z.strictObject({ name, scope: scope.default('personal') }),
    answers: 'QuickReplyGroup',
    status: 201,
    handle: async ({ ports, me, body }) => ({
      body: presentQuickReplyGroup(await createQuickReplyGroup(ports, me, body)),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/quick-reply-groups/:id',
    who: 'agent',
    reach: ['reply.own', 'reply.keep'],
    summary: 'Rename a group of quick replies',
    body: z.strictObject({ name }),
    answers: 'QuickReplyGroup',
    handle: async ({ ports, me, params, body }) => ({
      body: presentQuickReplyGroup(
        await renameQuickReplyGroup(ports, me, { id: params['id'] ?? '', name: body.name }),
      ),
    }),
  }),
  route({
    method: 'delete',
    path: '/api/quick-reply-groups/:id',
    who: 'agent',
    reach: ['reply.own', 'reply.keep'],
    summary: 'Delete a group; its replies stay, in no group',
    answers: 'Done',
    handle: async ({ ports, me, params }) => {
      await deleteQuickReplyGroup(ports, me, params['id'] ?? '')
      return { body: {} }
    },
  }),
]
