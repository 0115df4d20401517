import { z } from 'zod'
import { changeCompany } from '../actions/companies/change-company.ts'
import { changeSettings, readCompanySettings } from '../actions/companies/change-settings.ts'
import { createCompany } from '../actions/companies/create-company.ts'
import { AppError } from '../errors.ts'
import { presentCompany } from '../views/user.ts'
import { route, type Route } from './route.ts'

const name = z.string().trim().min(1).max(100)
const most = z.number().int().min(1).max(1_000_000).nullable()
const minutes = (least: number) => z.number().int().min(least).max(525_600)

const settings = z.strictObject({
  sessionRule: z.enum(['grab', 'even', 'roundRobin']), reclaimDays: z.number().int().min(1).max(3650),
  fallbackMinutes: minutes(1), waitingMinutes: minutes(1), queueMinutes: minutes(1), idleCloseMinutes: minutes(0), takeBackMinutes: minutes(0),
  queueWhen: z.enum(['always', 'unanswered', 'asked']), rulesInConversation: z.boolean(), traditionalAsSimplified: z.boolean(), autoAcceptFirst: z.boolean(),
  windowFirst: z.boolean(), reserveLastReply: z.boolean(),

  greeting: z.string().max(500), askSatisfaction: z.boolean(), satisfactionQuestion: z.string().trim().min(1).max(200), satisfactionThanks: z.string().max(200),
}).partial()

const companyPatch = z.strictObject({
  name, enabled: z.boolean(), expiresAt: z.iso.datetime({ offset: true }).nullable(), maxAgents: most, maxAccounts: most,
}).partial().transform((given) => ({
  ...(given.name !== undefined && { company_name: given.name }),
  ...(given.enabled !== undefined && { enabled: Number(given.enabled) }),
  ...(given.expiresAt !== undefined && { expires_at: given.expiresAt === null ? null : Date.parse(given.expiresAt) }),
  ...(given.maxAgents !== undefined && { max_agents: given.maxAgents }),
  ...(given.maxAccounts !== undefined && { max_accounts: given.maxAccounts }),
}))

export const companyRoutes: Route[] = [
  route({
    method: 'get', path: '/api/companies', who: 'operator', summary: 'All companies',
    handle: async ({ ports }) => ({ body: { items: (await ports.store.read.accounts.companies()).map(presentCompany), next: null } }),
  }),
  route({
    method: 'post', path: '/api/companies', who: 'operator', summary: 'Make a company and its admin',
    body: z.strictObject({ name, admin: z.strictObject({ username: z.string().trim().min(1).max(64), password: z.string().min(8).max(200) }) }),
    handle: async ({ ports, body }) => ({ status: 201, body: presentCompany(await createCompany(ports, body)) }),
  }),
  route({
    method: 'get', path: '/api/companies/:id', who: 'operator', summary: 'One company',
    handle: async ({ ports, params }) => {
      const row = await ports.store.read.accounts.company(params['id'] ?? '')
      if (!row) throw new AppError('not_found', 'There is no such company.')
      return { body: presentCompany(row) }
    },
  }),
  route({
    method: 'patch', path: '/api/companies/:id', who: 'operator', summary: 'Change a company', body: companyPatch,
    handle: async ({ ports, me, params, body }) => ({ body: presentCompany(await changeCompany(ports, me, { id: params['id'] ?? '', patch: body })) }),
  }),
  route({
    method: 'get', path: '/api/settings', who: 'admin', summary: 'Settings of one\'s own company',
    handle: async ({ ports, me }) => ({ body: await readCompanySettings(ports, me) }),
  }),
  route({
    method: 'patch', path: '/api/settings', who: 'admin', summary: 'Change settings of one\'s own company', body: settings,
    handle: async ({ ports, me, body }) => ({ body: await changeSettings(ports, me, body) }),
  }),
]
