import { z } from 'zod'
import { changeAccount, deleteAccount } from '../../actions/accounts/change-account.ts'
import { listIdentities, nameAgent } from '../../actions/accounts/identities.ts'
import { createAccount } from '../../actions/accounts/create-account.ts'
import { getAccount, listAccounts } from '../../actions/accounts/list-accounts.ts'
import type { AccountRow } from '../../../entities/index.ts'
import { accountTypes } from '../../../rules/reply/account-type.ts'
import type { Ports } from '../../ports.ts'
import { presentAccount } from '../../views/account.ts'
import { pageOf } from '../engine/answers.ts'
import { partOf, shortPage } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'

const wechat = z.strictObject({
  kind: z.literal('wechat').default('wechat'),
  type: z
    .union([z.literal(accountTypes.official), z.literal(accountTypes.miniProgram)], {
      error: '1 official account, 2 mini program',
    })
    .optional(),
  appid: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'at most 32 letters and digits'),
  name: z.string().trim().min(1).max(100).optional(),
  originalId: z
    .string()
    .regex(/^[\w-]*$/)
    .max(64)
    .optional(),
  /**
   * May be missing: whether the account needs a secret depends on how it is connected, which is
   * checked later on the whole row.
   */
  appSecret: z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .max(128)
    .optional(),
  token: z
    .string()
    .regex(/^[A-Za-z0-9]{3,32}$/, '3 to 32 letters and digits')
    .optional(),
  encodingAesKey: z
    .string()
    .regex(/^[A-Za-z0-9]{43}$/, '43 letters and digits')
    .nullish(),
  mode: z.enum(['plain', 'compatible', 'safe']).optional(),
  binding: z
    .enum(['direct', 'unbound'], {
      error: 'platform comes by authorisation: /wechat/platform/<componentAppid>/authorize',
    })
    .optional(),
  ownLane: z.boolean().optional(),
})

/** The schema of a website's origin: scheme and host without a path, as a browser sends them. */
const origin = z
  .string()
  .max(200)
  .refine(
    (text) => URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text,
    'an origin like https://www.example.com',
  )
const site = z.strictObject({
  kind: z.literal('web'),
  name: z.string().trim().min(1).max(100),
  allowedOrigins: z.array(origin).max(50).default([]),
  ownLane: z.boolean().optional(),
})
const patch = wechat
  .omit({ kind: true, appid: true, binding: true })
  .extend({
    binding: z.enum(['direct', 'platform', 'unbound']),
    allowedOrigins: z.array(origin).max(50),
  })
  .partial()

const withKind = (given: unknown) =>
  typeof given === 'object' && given !== null && !('kind' in given)
    ? { ...given, kind: 'wechat' }
    : given

const present = ({ limits }: Ports, row: AccountRow) => presentAccount(row, limits.publicUrl)

export const accountRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/accounts',
    who: 'admin',
    reach: 'company',
    summary: 'The accounts of the company',
    query: shortPage,
    answers: pageOf('Account'),
    handle: async ({ ports, me, query }) => ({
      body: partOf(
        (await listAccounts(ports, me)).map((row) => present(ports, row)),
        query,
      ),
    }),
  }),
  route({
    method: 'post',
    path: '/api/accounts',
    who: 'admin',
    reach: 'company',
    summary: 'Add an account',
    body: z.preprocess(withKind, z.discriminatedUnion('kind', [wechat, site])),
    answers: 'Account',
    status: 201,
    handle: async ({ ports, me, body }) => ({
      body: present(ports, await createAccount(ports, me, body)),
    }),
  }),
  route({
    method: 'get',
    path: '/api/accounts/:id',
    who: 'admin',
    reach: 'company',
    summary: 'One account',
    answers: 'Account',
    handle: async ({ ports, me, params }) => ({
      body: present(ports, await getAccount(ports, me, params['id'] ?? '')),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/accounts/:id',
    who: 'admin',
    reach: 'company',
    summary: 'Change an account; its secrets are write-only',
    body: patch,
    answers: 'Account',
    handle: async ({ ports, me, params, body }) => ({
      body: present(ports, await changeAccount(ports, me, { id: params['id'] ?? '', patch: body })),
    }),
  }),
  route({
    method: 'get',
    path: '/api/accounts/:id/identities',
    who: 'admin',
    reach: 'company',
    summary: 'Under which names followers see the agents, and the names WeChat lists',
    query: shortPage,
    answers: 'Identities',
    handle: async ({ ports, me, params, query }) => {
      const all = await listIdentities(ports, me, params['id'] ?? '')
      return { body: { ...all, ...partOf(all.items, query) } }
    },
  }),
  route({
    method: 'put',
    path: '/api/accounts/:id/identities/:uid',
    who: 'admin',
    reach: 'company',
    summary: 'Give an agent a name that followers see; one WeChat does not list is made there',
    body: z.strictObject({
      kfAccount: z
        .string()
        .regex(/^\w{1,10}@[\w-]{1,30}$/, 'prefix@account, as WeChat writes it')
        .nullable(),
      nickname: z.string().trim().min(1).max(16).optional(),
    }),
    answers: 'Identities',
    handle: async ({ ports, me, params, body }) => {
      await nameAgent(ports, me, {
        accountId: params['id'] ?? '',
        uid: Number(params['uid']),
        ...body,
      })
      return { body: await listIdentities(ports, me, params['id'] ?? '') }
    },
  }),
  route({
    method: 'delete',
    path: '/api/accounts/:id',
    who: 'admin',
    reach: 'company',
    summary: 'Take an account out of use',
    answers: 'Done',
    handle: async ({ ports, me, params }) => {
      await deleteAccount(ports, me, params['id'] ?? '')
      return { body: {} }
    },
  }),
]
