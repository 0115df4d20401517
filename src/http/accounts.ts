import { z } from 'zod'
import { noAccount } from '../actions/accounts/account-row.ts'
import { changeAccount, deleteAccount } from '../actions/accounts/change-account.ts'
import { createAccount } from '../actions/accounts/create-account.ts'
import { presentAccount } from '../views/account.ts'
import { route, type Route } from './route.ts'

const account = z.strictObject({
  kind: z.literal('wechat', { error: 'This release knows accounts of the kind wechat only.' }).optional(),
  appid: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'at most 32 letters and digits'),
  name: z.string().trim().min(1).max(100).optional(),
  originalId: z.string().regex(/^[\w-]*$/).max(64).optional(),
  appSecret: z.string().regex(/^[\x21-\x7e]+$/).max(128),
  token: z.string().regex(/^[A-Za-z0-9]{3,32}$/, '3 to 32 letters and digits'),
  encodingAesKey: z.string().regex(/^[A-Za-z0-9]{43}$/, '43 letters and digits').nullish(),
  mode: z.enum(['plain', 'compatible', 'safe']).optional(),
  binding: z.enum(['direct', 'unbound'], { error: 'This release knows the bindings direct and unbound only.' }).optional(),
  ownLane: z.boolean().optional(),
})

export const accountRoutes: Route[] = [
  route({
    method: 'get', path: '/api/accounts', who: 'admin', summary: 'The accounts of the company',
    handle: async ({ ports, me }) => ({ body: { items: (await ports.store.read.accounts.list(me.companyId)).map(presentAccount), next: null } }),
  }),
  route({
    method: 'post', path: '/api/accounts', who: 'admin', summary: 'Add an account', body: account,
    handle: async ({ ports, me, body }) => ({ status: 201, body: presentAccount(await createAccount(ports, me, body)) }),
  }),
  route({
    method: 'get', path: '/api/accounts/:id', who: 'admin', summary: 'One account',
    handle: async ({ ports, me, params }) => {
      const row = await ports.store.read.accounts.find(me.companyId, params['id'] ?? '')
      if (!row) throw noAccount()
      return { body: presentAccount(row) }
    },
  }),
  route({
    method: 'patch', path: '/api/accounts/:id', who: 'admin', summary: 'Change an account; its secrets are write-only',
    body: account.omit({ kind: true, appid: true }).partial(),
    handle: async ({ ports, me, params, body }) => ({ body: presentAccount(await changeAccount(ports, me, { id: params['id'] ?? '', patch: body })) }),
  }),
  route({
    method: 'delete', path: '/api/accounts/:id', who: 'admin', summary: 'Take an account out of use',
    handle: async ({ ports, me, params }) => {
      await deleteAccount(ports, me, params['id'] ?? '')
      return { body: {} }
    },
  }),
]
