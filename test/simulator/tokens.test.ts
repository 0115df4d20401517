import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appid, openApi, openid, openScene } from './support.ts'
import type { Json, Scene } from './support.ts'

const day = 24 * 3600_000
const stable = (scene: Scene, force = false) =>
  scene.call('POST', '/cgi-bin/stable_token', {
    grant_type: 'client_credential',
    appid,
    secret: 'made-up-secret',
    force_refresh: force,
  })
const info = async (scene: Scene, token: unknown) =>
  (await scene.call('GET', `/cgi-bin/user/info?access_token=${String(token)}&openid=${openid}`))[
    'errcode'
  ]

test('in the simulator fetching a second classic token invalidates the first one after five minutes and not before', async (t) => {
  const scene = await openScene(t)
  const [first, second] = [await scene.accessToken(), await scene.accessToken()]
  assert.deepEqual([await info(scene, first), await info(scene, second)], [undefined, undefined])
  await scene.advance(300_000)
  assert.deepEqual([await info(scene, first), await info(scene, second)], [40001, undefined])
})

test('in the simulator a stable token stays the same until five minutes before it expires; then the old and the new one are both valid', async (t) => {
  const scene = await openScene(t)
  const first = await stable(scene)
  await scene.advance(6000_000)
  const again = await stable(scene)
  assert.deepEqual(
    [again['access_token'], Number(again['expires_in']) <= 1200],
    [first['access_token'], true],
  )
  await scene.advance(1000_000)
  const next = await stable(scene)
  assert.notEqual(next['access_token'], first['access_token'])
  assert.deepEqual(
    [next['expires_in'], await info(scene, first['access_token'])],
    [7200, undefined],
  )
  await scene.advance(300_000)
  assert.deepEqual(
    [await info(scene, first['access_token']), await info(scene, next['access_token'])],
    [42001, undefined],
  )
})

test('in the simulator a stable token can be forced to change once in 30 s and twenty times a day', async (t) => {
  const scene = await openScene(t)
  let held = (await stable(scene))['access_token']
  assert.equal((await stable(scene, true))['access_token'], held)
  for (let n = 0; n < 20; n++) {
    await scene.advance(30_000)
    const next = (await stable(scene, true))['access_token']
    assert.notEqual(next, held)
    assert.equal(await info(scene, held), 40001)
    held = next
  }
  await scene.advance(30_000)
  assert.equal((await stable(scene, true))['errcode'], 45009)
  assert.equal((await stable(scene))['access_token'], held)
  assert.equal((await scene.call('GET', '/cgi-bin/stable_token'))['errcode'], 43002)
})

test('the simulator gives no token to an address outside the whitelist, and names the address in the refusal', async (t) => {
  const scene = await openScene(t)
  await scene.change({ ipWhitelist: ['203.0.113.7'] })
  const refused = await stable(scene)
  assert.equal(refused['errcode'], 40164)
  const words =
    /^invalid ip 127\.0\.0\.1 ipv6 ::ffff:127\.0\.0\.1, not in whitelist rid: [\da-f]{8}-[\da-f]{8}-[\da-f]{8}$/
  assert.match(String(refused['errmsg']), words)
  await scene.change({ ipWhitelist: ['127.0.0.1'] })
  assert.equal(typeof (await stable(scene))['access_token'], 'string')
})

test('in the simulator a quota is restored at the end of the day in Beijing or by clearing it, at most ten times a month', async (t) => {
  const scene = await openScene(t)
  const api = await openApi(scene)
  const path = '/cgi-bin/user/info'
  await scene.change({ limits: { [path]: 2 }, minuteLimits: { '/cgi-bin/user/get': 1 } })
  const ask = async () => (await api.ask(`${path}?openid=${openid}`))['errcode']
  assert.deepEqual([await ask(), await ask(), await ask()], [undefined, undefined, 45009])
  assert.deepEqual((await api.ask('/cgi-bin/openapi/quota/get', { cgi_path: path }))['quota'], {
    daily_limit: 2,
    used: 2,
    remain: 0,
  })
  assert.equal((await api.ask('/cgi-bin/openapi/quota/get', { cgi_path: '/no' }))['errcode'], 76021)
  for (let n = 0; n < 10; n++) {
    assert.equal((await api.ask('/cgi-bin/clear_quota', { appid }))['errcode'], 0)
  }
  assert.equal(await ask(), undefined)
  assert.equal(
    (await scene.call('POST', '/cgi-bin/clear_quota/v2', { appid, appsecret: 'made-up-secret' }))[
      'errcode'
    ],
    48006,
  )
  await api.ask('/cgi-bin/user/get')
  assert.equal((await api.ask('/cgi-bin/user/get'))['errcode'], 45011)
  await ask()
  assert.equal(await ask(), 45009)
  await scene.advance(day)
  assert.equal(await ask(), undefined)
})

test('in the simulator a failed call can be looked up by its rid', async (t) => {
  const scene = await openScene(t)
  const api = await openApi(scene)
  const { errmsg } = await api.ask('/cgi-bin/message/custom/send', {
    touser: 'oNobody',
    msgtype: 'text',
    text: { content: 'x' },
  })
  const rid = / rid: (\S+)$/.exec(String(errmsg))?.[1]
  const found = (await api.ask('/cgi-bin/openapi/rid/get', { rid }))['request'] as Json
  assert.deepEqual(
    [found['request_url'], JSON.parse(String(found['response_body']))],
    ['/cgi-bin/message/custom/send', { errcode: 40003 }],
  )
  assert.equal((await api.ask('/cgi-bin/openapi/rid/get', { rid: 'made-up' }))['errcode'], 76001)
})

test("addresses, callback checks and statistics of the simulator have WeChat's form", async (t) => {
  const scene = await openScene(t)
  const api = await openApi(scene)
  for (const name of ['getcallbackip', 'get_api_domain_ip']) {
    assert.deepEqual(await api.ask(`/cgi-bin/${name}`), { ip_list: ['127.0.0.1'] })
  }
  const check = (body: Json) => api.ask('/cgi-bin/callback/check', body)
  assert.deepEqual(Object.keys(await check({ action: 'all', check_operator: 'DEFAULT' })), [
    'dns',
    'ping',
  ])
  assert.equal((await check({ action: 'fly', check_operator: 'DEFAULT' }))['errcode'], 40202)
  assert.equal((await check({ action: 'dns', check_operator: 'X' }))['errcode'], 40203)
  await scene.say('one')
  await scene.say('two')
  await scene.send('image')
  await scene.happen('unsubscribe')
  await scene.happen('subscribe')
  const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)
  const figures = (name: string, to = today) =>
    api.ask(`/datacube/${name}`, { begin_date: today, end_date: to })
  assert.equal((await figures('getusersummary'))['errcode'], 61501)
  await scene.advance(day)
  const [ref_date, user_source] = [today, 0]
  assert.deepEqual(await figures('getusersummary'), {
    list: [{ ref_date, user_source, new_user: 1, cancel_user: 1 }],
  })
  assert.deepEqual(await figures('getusercumulate'), {
    list: [{ ref_date, user_source, cumulate_user: 1 }],
  })
  assert.deepEqual(await figures('getupstreammsg'), {
    list: [
      { ref_date, user_source, msg_type: 1, msg_user: 1, msg_count: 2 },
      { ref_date, user_source, msg_type: 2, msg_user: 1, msg_count: 1 },
    ],
  })
  assert.equal(((await figures('getinterfacesummary'))['list'] as Json[])[0]?.['callback_count'], 5)
  assert.equal((await figures('getusersummary', 'tomorrow'))['errcode'], 61500)
})
