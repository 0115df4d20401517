import { z } from 'zod'
import {
  describeCustomer,
  getCustomer,
  listCustomerMessages,
  listCustomers,
  listCustomerSessions,
  listTrajectory,
} from '../../actions/customers/customers.ts'
import { presentCustomer } from '../../views/customer.ts'
import { pageOf } from '../engine/answers.ts'
import { page, pageByAny, pageByNumber } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'

export const customerRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/customers',
    who: 'agent',
    reach: 'customer.list',
    summary: 'Customers, newest first',
    query: page.extend({ search: z.string().max(100).optional() }),
    answers: pageOf('Customer'),
    handle: async ({ ports, me, query }) => ({ body: await listCustomers(ports, me, query) }),
  }),
  route({
    method: 'get',
    path: '/api/customers/:id',
    who: 'agent',
    reach: ['session.read', 'queue.read'],
    summary: 'One customer',
    answers: 'Customer',
    handle: async ({ ports, me, params }) => ({
      body: presentCustomer(await getCustomer(ports, me, params['id'] ?? '')),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/customers/:id',
    who: 'agent',
    reach: ['customer.describe', 'customer.assign'],
    summary: 'Describe a customer',
    body: z.strictObject({
      alias: z.string().max(100).optional(),
      remark: z.string().max(255).optional(),
      tags: z.array(z.string().min(1).max(30)).max(20).optional(),
      exclusiveAgentUid: z.number().int().optional(),
      priority: z.number().int().min(0).max(9).optional(),
    }),
    answers: 'Customer',
    handle: async ({ ports, me, params, body }) => ({
      body: presentCustomer(
        await describeCustomer(ports, me, { id: params['id'] ?? '', patch: body }),
      ),
    }),
  }),
  route({
    method: 'get',
    path: '/api/customers/:id/messages',
    who: 'agent',
    reach: ['session.read', 'queue.read'],
    summary: 'Lines over all sessions of a customer',
    query: pageByAny,
    answers: pageOf('Message'),
    handle: async ({ ports, me, params, query }) => ({
      body: await listCustomerMessages(ports, me, { id: params['id'] ?? '', ...query }),
    }),
  }),
  route({
    method: 'get',
    path: '/api/customers/:id/trajectory',
    who: 'agent',
    reach: ['session.read', 'queue.read'],
    summary: 'What a customer did besides writing, newest first',
    query: pageByNumber,
    answers: pageOf('TrajectoryStep'),
    handle: async ({ ports, me, params, query }) => ({
      body: await listTrajectory(ports, me, { id: params['id'] ?? '', ...query }),
    }),
  }),
  route({
    method: 'get',
    path: '/api/customers/:id/sessions',
    who: 'agent',
    reach: ['session.read', 'queue.read'],
    summary: 'Sessions of a customer',
    query: pageByAny,
    answers: pageOf('Session'),
    handle: async ({ ports, me, params, query }) => ({
      body: await listCustomerSessions(ports, me, { id: params['id'] ?? '', ...query }),
    }),
  }),
]
