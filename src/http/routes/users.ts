import { z } from 'zod'
import { changeUser } from '../../actions/agents/change-user.ts'
import { createUser } from '../../actions/agents/create-user.ts'
import { listDirectory, listUsers, showUser } from '../../actions/agents/list-users.ts'
import { pageOf } from '../engine/answers.ts'
import { idGiven, numberGiven } from '../engine/params.ts'
import { pageByNumber } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'

const uid = numberGiven
const user = z.strictObject({
  username: z.string().trim().min(1).max(64),
  password: z.string().min(8).max(200),
  name: z.string().trim().min(1).max(64).optional(),
  role: z.enum(['admin', 'supervisor', 'agent']),
  enabled: z.boolean().optional(),
  groupIds: z.array(uid).max(200).optional(),
  deputyUids: z.array(uid).max(200).optional(),
  accountIds: z.array(idGiven).max(1000).optional(),
  capacity: z.number().int().min(0).max(10_000).optional(),
})

export const userRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/users',
    who: 'admin',
    reach: 'company',
    summary: 'The people of the company',
    query: pageByNumber,
    answers: pageOf('User'),
    handle: async ({ ports, me, query }) => ({ body: await listUsers(ports, me, query) }),
  }),
  route({
    method: 'post',
    path: '/api/users',
    who: 'admin',
    reach: 'company',
    summary: 'Add a person',
    body: user,
    answers: 'User',
    status: 201,
    handle: async ({ ports, me, body }) => {
      const made = await createUser(ports, me, body)
      return { body: await showUser(ports, me, made.uid) }
    },
  }),
  route({
    method: 'get',
    path: '/api/users/:uid',
    who: 'admin',
    reach: 'company',
    summary: 'One person',
    answers: 'User',
    handle: async ({ ports, me, params }) => ({
      body: await showUser(ports, me, Number(params['uid'])),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/users/:uid',
    who: 'admin',
    reach: 'company',
    summary: 'Change a person',
    body: user.partial().extend({
      sessionsTo: z.union([z.enum(['queue', 'deputies']), uid]).optional(),
    }),
    answers: 'ChangedUser',
    handle: async ({ ports, me, params, body }) => {
      const changed = await changeUser(ports, me, { uid: Number(params['uid']), patch: body })
      const shown = await showUser(ports, me, changed.user.uid)
      const { handedOn } = changed
      return { body: { ...shown, ...(handedOn !== null && { handedOn }) } }
    },
  }),
  route({
    method: 'get',
    path: '/api/directory',
    who: 'agent',
    reach: 'company',
    summary: 'Who works here',
    query: pageByNumber.extend({ search: z.string().max(100).default('') }),
    answers: pageOf('Colleague'),
    handle: async ({ ports, me, query }) => ({ body: await listDirectory(ports, me, query) }),
  }),
]
