import { z } from 'zod'
import { changeGroup, createGroup, listGroups, removeGroup } from '../../actions/agents/groups.ts'
import { presentGroup } from '../../views/user.ts'
import { pageOf } from '../engine/answers.ts'
import { partOf, shortPage } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'
import { numberGiven } from '../engine/params.ts'

const name = z.string().trim().min(1).max(64)
const parentId = numberGiven.nullable()

export const groupRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/groups',
    who: 'admin',
    reach: 'company',
    summary: 'The groups of the company',
    query: shortPage,
    answers: pageOf('Group'),
    handle: async ({ ports, me, query }) => ({
      body: partOf((await listGroups(ports, me)).map(presentGroup), query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/groups',
    who: 'admin',
    reach: 'company',
    summary: 'Make a group',
    body: z.strictObject({ name, parentId: parentId.default(null) }),
    answers: 'Group',
    status: 201,
    handle: async ({ ports, me, body }) => ({
      body: presentGroup(await createGroup(ports, me, body)),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/groups/:id',
    who: 'admin',
    reach: 'company',
    summary: 'Change a group',
    body: z.strictObject({ name, parentId }).partial(),
    answers: 'Group',
    handle: async ({ ports, me, params, body }) => ({
      body: presentGroup(await changeGroup(ports, me, { id: Number(params['id']), patch: body })),
    }),
  }),
  route({
    method: 'delete',
    path: '/api/groups/:id',
    who: 'admin',
    reach: 'company',
    summary: 'Delete a group; answers how many waited for it, and how much named it',
    answers: 'RemovedGroup',
    handle: async ({ ports, me, params }) => ({
      body: await removeGroup(ports, me, Number(params['id'])),
    }),
  }),
]
