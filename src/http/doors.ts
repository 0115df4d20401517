// The addresses outside the list of routes: what monitoring asks, the API's documentation, and
// where WeChat pushes.
import { z } from 'zod'
import type { Door, Responses } from './engine/door.ts'
import { refTo } from './engine/wire-schemas.ts'

const text = { type: 'string' }
const ok = (type: string, schema: object): Responses => ({
  200: { description: 'It is done.', content: { [type]: { schema: { ...schema } } } },
})

/** Addresses that server.ts serves itself, whatever state the product is in. */
export const serverDoors = {
  health: {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process runs',
    description: 'No sign-in. It asks neither the database nor a disk.',
    operationId: 'getHealth',
    answers: ok('application/json', refTo('HealthAnswer')),
  },
  readiness: {
    method: 'get',
    path: '/readyz',
    summary: 'Whether the process can take pushes',
    description: 'No sign-in. It is tried by writing, at most once a second; otherwise it is 503.',
    operationId: 'getReadiness',
    answers: ok('application/json', refTo('ReadyAnswer')),
  },
  metrics: {
    method: 'get',
    path: '/metrics',
    summary: 'Metrics in the format of Prometheus',
    description: 'With METRICS_TOKEN as bearer token or, if none is set, from loopback only.',
    operationId: 'getMetrics',
    answers: ok('text/plain', text),
    security: [{ metricsToken: [] }, {}],
  },
  docs: {
    method: 'get',
    path: '/api/docs',
    summary: 'The page on which this document can be read and tried',
    description: 'No sign-in.',
    operationId: 'getDocs',
    answers: ok('text/html', text),
  },
  docsFile: {
    method: 'get',
    path: '/api/docs/:file',
    summary: 'The files of that page',
    description: 'No sign-in.',
    operationId: 'getDocsFile',
    answers: {
      200: {
        description: 'It is done.',
        content: { 'text/css': { schema: text }, 'text/javascript': { schema: text } },
      },
      304: { description: 'It is as it was.' },
    },
  },
} as const satisfies Record<string, Door>

export type ServerDoor = keyof typeof serverDoors

const signed = {
  signature: z.string().optional(),
  timestamp: z.string().optional(),
  nonce: z.string().optional(),
}
const sealed = {
  ...signed,
  encrypt_type: z.enum(['raw', 'aes']).optional(),
  msg_signature: z.string().optional(),
}
const pushed = {
  'text/xml': { schema: text },
  'application/json': { schema: { type: 'object' } },
}
const signature =
  'WeChat signs the query with the token and, in safe mode, the envelope: otherwise 403 ' +
  '`bad_signature`.'

/** Addresses to which WeChat pushes; webhook.ts serves them. */
export const pushDoors: Door[] = [
  {
    method: 'get',
    path: '/wechat/:appid',
    summary: 'WeChat checks the callback URL of an account',
    description: `${signature} The answer repeats \`echostr\`.`,
    operationId: 'checkCallback',
    query: z.looseObject({ ...signed, echostr: z.string().optional() }),
    answers: ok('text/plain', text),
  },
  {
    method: 'post',
    path: '/wechat/:appid',
    summary: 'WeChat pushes what a follower of an account did',
    description:
      `${signature} What cannot be read is 400 \`bad_xml\`. It is answered after it is stored: ` +
      'with `success`, or with a passive reply in the form of the push, which in safe mode is ' +
      'encrypted. 503: it is not stored, and WeChat is to come again.',
    operationId: 'receivePush',
    query: z.looseObject({ ...sealed, openid: z.string().optional() }),
    body: pushed,
    answers: {
      200: {
        description: 'It is stored.',
        content: {
          'text/plain': { schema: { const: 'success' } },
          'application/xml': { schema: text },
          'application/json': { schema: { type: 'object' } },
        },
      },
    },
  },
  {
    method: 'post',
    path: '/wechat/platform/:componentAppid',
    summary: 'WeChat pushes notices to a third-party platform: tickets and authorisations',
    description: `${signature} Notices are always encrypted.`,
    operationId: 'receiveNotice',
    query: z.looseObject(sealed),
    body: pushed,
    answers: ok('text/plain', { const: 'success' }),
  },
]

export const doors: Door[] = [...Object.values(serverDoors), ...pushDoors]
