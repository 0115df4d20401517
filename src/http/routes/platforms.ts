import { z } from 'zod'
import { beginAuthorization, endAuthorization } from '../../actions/platforms/authorize.ts'
import { listPlatforms } from '../../actions/platforms/list-platforms.ts'
import { changePlatform, addPlatform } from '../../actions/platforms/save-platform.ts'
import { presentPlatform } from '../../views/platform.ts'
import { pageOf } from '../engine/answers.ts'
import { partOf, shortPage } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'

const keys = {
  appSecret: z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .max(128),
  token: z.string().regex(/^[A-Za-z0-9]{3,32}$/, '3 to 32 letters and digits'),
  encodingAesKey: z.string().regex(/^[A-Za-z0-9]{43}$/, '43 letters and digits'),
}
const platform = z.strictObject({
  componentAppid: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, 'at most 32 letters and digits'),
  ...keys,
})

/** Paths under /wechat/ that people open in a browser; all others are pushes. */
export const isPage = (url: string): boolean =>
  /^\/wechat\/platform\/[^/?]+\/(authorize|callback)(\?|$)/.test(url)

export const platformRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/platforms',
    who: 'operator',
    reach: 'installation',
    summary: 'Third-party platforms of the installation',
    query: shortPage,
    answers: pageOf('Platform'),
    handle: async ({ ports, query }) => ({
      body: partOf(
        (await listPlatforms(ports)).map((row) => presentPlatform(row, ports.limits.publicUrl)),
        query,
      ),
    }),
  }),
  route({
    method: 'post',
    path: '/api/platforms',
    who: 'operator',
    reach: 'installation',
    summary: 'Add a third-party platform; its secrets are write-only',
    body: platform,
    answers: 'Platform',
    status: 201,
    handle: async ({ ports, me, body }) => ({
      body: presentPlatform(await addPlatform(ports, me, body), ports.limits.publicUrl),
    }),
  }),
  route({
    method: 'patch',
    path: '/api/platforms/:componentAppid',
    who: 'operator',
    reach: 'installation',
    summary: 'Change a third-party platform',
    body: z.strictObject(keys).partial(),
    answers: 'Platform',
    handle: async ({ ports, me, params, body }) => {
      const row = await changePlatform(ports, me, {
        componentAppid: params['componentAppid'] ?? '',
        patch: body,
      })
      return { body: presentPlatform(row, ports.limits.publicUrl) }
    },
  }),
  route({
    method: 'get',
    path: '/wechat/platform/:componentAppid/authorize',
    who: 'admin',
    reach: 'company',
    summary: 'To WeChat, where the owner of an account authorises the platform',
    answers: 'redirect',
    handle: async ({ ports, me, params }) => ({
      headers: { Location: await beginAuthorization(ports, me, params['componentAppid'] ?? '') },
    }),
  }),
  route({
    method: 'get',
    path: '/wechat/platform/:componentAppid/callback',
    who: 'everyone',
    reach: 'anyone',
    summary: 'Back from WeChat, with the code',
    // unknown parameters are allowed here, because WeChat adds parameters of its own
    query: z.looseObject({
      auth_code: z.string().min(1).max(512),
      state: z.string().min(1).max(2000),
    }),
    answers: 'redirect',
    handle: async ({ ports, params, query }) => {
      await endAuthorization(ports, {
        componentAppid: params['componentAppid'] ?? '',
        state: query.state,
        code: query.auth_code,
      })
      return { headers: { Location: '/' } }
    },
  }),
]
