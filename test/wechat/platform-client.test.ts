// The client of a third-party platform: its own token, and those of the accounts for which it acts.
import assert from 'node:assert/strict'
import test from 'node:test'
import { inspect } from 'node:util'
import {
  authorizePage,
  authorizePageInWechat,
  createPlatform,
  memoryTokenStore,
  WechatUnreachable,
} from 'wechat-api-ts'
import { fakeWechat, json, type Handler } from './fake-wechat.ts'

const own = {
  appid: 'wxcomponent',
  secret: 'component-secret',
  ticket: async (): Promise<string | null> => 'ticket@@@1',
}

/**
 * Gives out component tokens C1, C2 … and for the account A1, A2 … with refresh tokens R1, R2 …;
 * only the newest of each is valid.
 */
function platform(answers: Record<string, unknown> = {}) {
  const state = { component: 0, account: 0 }
  const pair = () => {
    state.account++
    return {
      authorizer_access_token: `A${state.account}`,
      expires_in: 7200,
      authorizer_refresh_token: `R${state.account}`,
    }
  }
  const own: Record<string, (body: any) => unknown> = {
    api_component_token: () => ({
      component_access_token: `C${++state.component}`,
      expires_in: 7200,
    }),
    api_start_push_ticket: () => ({ errcode: 0 }),
  }
  const withToken: Record<string, (body: any) => unknown> = {
    api_query_auth: () => ({
      authorization_info: {
        authorizer_appid: 'wxaccount',
        ...pair(),
        func_info: [{ funcscope_category: { id: 1 } }],
      },
    }),
    api_authorizer_token: ({ authorizer_refresh_token: given }) =>
      given === `R${state.account}` ? pair() : { errcode: 61023, errmsg: `bad ${String(given)}` },
    ...Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, () => answer])),
  }
  const handle: Handler = ({ path, token, body }, response) => {
    const name = path.split('/').at(-1) ?? ''
    const isOwn = path.startsWith('/cgi-bin/component/')
    const isGood = token === (isOwn ? `C${state.component}` : `A${state.account}`)
    const refusal = { errcode: isOwn ? 42006 : 40001, errmsg: `not latest ${token ?? ''}` }
    json(
      response,
      own[name]?.(body) ?? (isGood ? (withToken[name]?.(body) ?? { errcode: 0 }) : refusal),
    )
  }
  return { state, handle }
}

const hello = { touser: 'o1', msgtype: 'text', text: { content: 'hi' } } as const

test('an authorised account makes calls with its own token, and its refresh token is stored', async (t) => {
  const { state, handle } = platform()
  const { url, asked, of } = await fakeWechat(t, handle)
  const tokens = memoryTokenStore()
  const component = createPlatform({ ...own, baseUrl: url, tokens })
  assert.deepEqual(await component.authorize('code@@@1'), {
    authorizer_appid: 'wxaccount',
    func_info: [{ funcscope_category: { id: 1 } }],
  })
  await component.account('wxaccount').custom.send(hello)
  assert.deepEqual(
    asked.map(({ path, token }) => [path, token]),
    [
      ['/cgi-bin/component/api_component_token', null],
      ['/cgi-bin/component/api_query_auth', 'C1'],
      ['/cgi-bin/message/custom/send', 'A1'],
    ],
  )
  assert.deepEqual(
    asked.slice(0, 2).map(({ body }) => body),
    [
      {
        component_appid: own.appid,
        component_appsecret: own.secret,
        component_verify_ticket: 'ticket@@@1',
      },
      { component_appid: own.appid, authorization_code: 'code@@@1' },
    ],
  )

  // the account's token becomes invalid: there is one refresh for all callers, and the new refresh
  // token replaces the old one
  state.account = 7
  await tokens.renew('wxcomponent:wxaccount', async (newest) => ({
    ...newest!,
    refreshToken: 'R7',
  }))
  await Promise.all(
    Array.from({ length: 50 }, () => component.account('wxaccount').custom.send(hello)),
  )
  assert.deepEqual(
    of('/api_authorizer_token').map(({ body }) => body),
    [{ component_appid: own.appid, authorizer_appid: 'wxaccount', authorizer_refresh_token: 'R7' }],
  )
  assert.equal((await tokens.get('wxcomponent:wxaccount'))?.refreshToken, 'R8')
})

test('an expired component token is renewed once and the call is repeated', async (t) => {
  const { state, handle } = platform({
    api_create_preauthcode: { pre_auth_code: 'pre', expires_in: 1800 },
  })
  const { url, of } = await fakeWechat(t, handle)
  const component = createPlatform({ ...own, baseUrl: url })
  assert.equal(await component.accessToken(), 'C1')
  state.component = 5
  assert.deepEqual(await component.preAuthCode(), { pre_auth_code: 'pre', expires_in: 1800 })
  assert.equal(of('/api_component_token').length, 2)
  assert.deepEqual(
    of('/api_create_preauthcode').map(({ token, body }) => [token, body]),
    [
      ['C1', { component_appid: own.appid }],
      ['C6', { component_appid: own.appid }],
    ],
  )
})

test('a lost refresh token is reported without showing any token', async (t) => {
  const { url } = await fakeWechat(t, platform().handle)
  const tokens = memoryTokenStore()
  await tokens.renew('wxcomponent:wxaccount', async () => ({
    token: 'OLD',
    expiresAt: 0,
    refreshToken: 'LOST-ONE',
  }))
  const component = createPlatform({ ...own, baseUrl: url, tokens })
  const error = await component
    .account('wxaccount')
    .custom.send(hello)
    .catch((reason: unknown) => reason)
  assert.match(inspect(error), /61023/)
  assert.doesNotMatch(inspect(error, { depth: 10 }), /LOST-ONE|component-secret|ticket@@@/)

  const stranger = await component
    .account('wxstranger')
    .custom.send(hello)
    .catch((reason: unknown) => reason)
  assert.ok(
    stranger instanceof WechatUnreachable &&
      !stranger.bytesLeft &&
      stranger.reason === 'token_not_authorized',
  )
})

test('without a component_verify_ticket no call is made', async (t) => {
  const { url, asked } = await fakeWechat(t, platform().handle)
  const component = createPlatform({ ...own, ticket: async () => null, baseUrl: url })
  await assert.rejects(
    component.preAuthCode(),
    (error) =>
      error instanceof WechatUnreachable && !error.bytesLeft && error.reason === 'token_no_ticket',
  )
  assert.equal(asked.length, 0)
  await component.startTickets()
  assert.deepEqual(
    asked.map(({ path, body }) => [path, body]),
    [
      [
        '/cgi-bin/component/api_start_push_ticket',
        { component_appid: own.appid, component_secret: own.secret },
      ],
    ],
  )
})

test('information about accounts and authorisations contains no refresh tokens', async (t) => {
  const info = {
    authorizer_info: {
      nick_name: '店',
      user_name: 'gh_1',
      service_type_info: { id: 2 },
      verify_type_info: { id: 0 },
      principal_name: 'p',
    },
    authorization_info: { authorizer_appid: 'wxaccount', func_info: [] },
  }
  const list = {
    total_count: 1,
    list: [{ authorizer_appid: 'wxaccount', refresh_token: 'R', auth_time: 1 }],
  }
  const { url, of } = await fakeWechat(
    t,
    platform({ api_get_authorizer_info: info, api_get_authorizer_list: list }).handle,
  )
  const component = createPlatform({ ...own, baseUrl: url })
  assert.deepEqual(await component.authorizerInfo('wxaccount'), info)
  assert.deepEqual(await component.authorizers({ offset: 0, count: 100 }), {
    total_count: 1,
    list: [{ authorizer_appid: 'wxaccount', auth_time: 1 }],
  })
  assert.deepEqual(of('/api_get_authorizer_info')[0]?.body, {
    component_appid: own.appid,
    authorizer_appid: 'wxaccount',
  })
  assert.deepEqual(of('/api_get_authorizer_list')[0]?.body, {
    component_appid: own.appid,
    offset: 0,
    count: 100,
  })
})

test('the addresses of the pages on which an owner authorises are as documented', () => {
  const of = {
    componentAppid: 'wxc',
    preAuthCode: 'p@1',
    redirectUri: 'https://desk.example.com/back?a=1',
  }
  const query =
    'component_appid=wxc&pre_auth_code=p%401&redirect_uri=https%3A%2F%2Fdesk.example.com%2Fback%3Fa%3D1'
  assert.equal(
    authorizePage({ ...of, authType: 1 }),
    `https://mp.weixin.qq.com/cgi-bin/componentloginpage?${query}&auth_type=1`,
  )
  assert.equal(
    authorizePageInWechat({ ...of, bizAppid: 'wx1' }),
    `https://open.weixin.qq.com/wxaopen/safe/bindcomponent?action=bindcomponent&no_scan=1&${query}&biz_appid=wx1#wechat_redirect`,
  )
})
