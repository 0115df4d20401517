import { z } from 'zod'
import { getReception, listReceptions } from '../../actions/receptions/list-receptions.ts'
import {
  changeReception,
  createReception,
  deleteReception,
} from '../../actions/receptions/receptions.ts'
import type { ReceptionRow } from '../../../entities/index.ts'
import type { Ports } from '../../ports.ts'
import { presentReception } from '../../views/reception.ts'
import { pageOf } from '../engine/answers.ts'
import { page } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'
import { idGiven, numberGiven } from '../engine/params.ts'

const mostBytes = 2048
const reception = z.strictObject({
  accountId: idGiven,
  scene: z.string().regex(/^[\x21-\x7e]{1,64}$/, '1 to 64 printable ASCII characters'),
  name: z.string().trim().min(1).max(100),
  kind: z.enum(['other', 'user', 'group']).default('other'),
  uid: numberGiven.nullish(),
  groupId: numberGiven.nullish(),
  replyText: z
    .string()
    .min(1)
    .refine(
      (text) => Buffer.byteLength(text) <= mostBytes,
      'WeChat takes at most 2048 bytes of text.',
    )
    .nullish(),
  tags: z.array(z.string().min(1).max(30)).max(20).optional(),
  /** Whether the QR code is to be created at WeChat; false if it exists already. */
  qr: z.boolean().default(true),
  /** After how many days the QR code expires; without it the code is permanent. */
  days: z.number().int().min(1).max(30).optional(),
})
const patch = z.strictObject({
  ...reception.omit({ accountId: true, scene: true, days: true, kind: true, qr: true }).partial()
    .shape,
  kind: z.enum(['other', 'user', 'group']).optional(),
})

const present = ({ limits }: Ports, row: ReceptionRow) => presentReception(row, limits.qrPictures)

export const receptionRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/receptions',
    who: 'admin',
    reach: 'company',
    summary: 'QR codes and who receives by them, newest first',
    query: page,
    answers: pageOf('Reception'),
    handle: async ({ ports, me, query }) => {
      const { rows, next } = await listReceptions(ports, me, query)
      return { body: { items: rows.map((row) => present(ports, row)), next } }
    },
  }),
  route({
    method: 'post',
    path: '/api/receptions',
    who: 'admin',
    reach: 'account',
    summary: 'Make a QR code with its reception',
    body: reception,
    answers: 'Reception',
    status: 201,
    handle: async ({ ports, me, body }) => ({
      body: present(ports, await createReception(ports, me, body)),
    }),
  }),
  route({
    method: 'get',
    path: '/api/receptions/:id',
    who: 'admin',
    reach: 'company',
    summary: 'One reception, with its figures',
    answers: 'Reception',
    handle: async ({ ports, me, params }) => ({
      body: present(ports, await getReception(ports, me, params['id'] ?? '')),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/receptions/:id',
    who: 'admin',
    reach: 'company',
    summary: 'Change who receives, and what is answered',
    body: patch,
    answers: 'Reception',
    handle: async ({ ports, me, params, body }) => ({
      body: present(
        ports,
        await changeReception(ports, me, { id: params['id'] ?? '', patch: body }),
      ),
    }),
  }),
  route({
    method: 'delete',
    path: '/api/receptions/:id',
    who: 'admin',
    reach: 'company',
    summary: 'Forget a QR code',
    answers: 'Done',
    handle: async ({ ports, me, params }) => {
      await deleteReception(ports, me, params['id'] ?? '')
      return { body: {} }
    },
  }),
]
