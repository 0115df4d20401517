import { z } from 'zod'
import { changeCompany } from '../../actions/companies/change-company.ts'
import { createCompany } from '../../actions/companies/create-company.ts'
import { getCompany, listCompanies } from '../../actions/companies/list-companies.ts'
import { presentCompany } from '../../views/user.ts'
import { pageOf } from '../engine/answers.ts'
import { partOf, shortPage } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'

const name = z.string().trim().min(1).max(100)
const most = z.number().int().min(1).max(1_000_000).nullable()
const companyPatch = z
  .strictObject({
    name,
    enabled: z.boolean(),
    expiresAt: z.iso.datetime({ offset: true }).nullable(),
    maxAgents: most,
    maxAccounts: most,
  })
  .partial()
  .transform((given) => ({
    ...(given.name !== undefined && { company_name: given.name }),
    ...(given.enabled !== undefined && { enabled: Number(given.enabled) }),
    ...(given.expiresAt !== undefined && {
      expires_at: given.expiresAt === null ? null : Date.parse(given.expiresAt),
    }),
    ...(given.maxAgents !== undefined && { max_agents: given.maxAgents }),
    ...(given.maxAccounts !== undefined && { max_accounts: given.maxAccounts }),
  }))

export const companyRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/companies',
    who: 'operator',
    reach: 'installation',
    summary: 'All companies',
    query: shortPage,
    answers: pageOf('Company'),
    handle: async ({ ports, query }) => ({
      body: partOf((await listCompanies(ports)).map(presentCompany), query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/companies',
    who: 'operator',
    reach: 'installation',
    summary: 'Make a company and its admin',
    body: z.strictObject({
      name,
      admin: z.strictObject({
        username: z.string().trim().min(1).max(64),
        password: z.string().min(8).max(200),
      }),
    }),
    answers: 'Company',
    status: 201,
    handle: async ({ ports, body }) => ({
      body: presentCompany(await createCompany(ports, body)),
    }),
  }),
  route({
    method: 'get',
    path: '/api/companies/:id',
    who: 'operator',
    reach: 'installation',
    summary: 'One company',
    answers: 'Company',
    handle: async ({ ports, params }) => ({
      body: presentCompany(await getCompany(ports, params['id'] ?? '')),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/companies/:id',
    who: 'operator',
    reach: 'installation',
    summary: 'Change a company',
    body: companyPatch,
    answers: 'Company',
    handle: async ({ ports, me, params, body }) => ({
      body: presentCompany(await changeCompany(ports, me, { id: params['id'] ?? '', patch: body })),
    }),
  }),
]
