// One token per account: fetched once, replaced once when it fails, and shared with other servers.
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  createClient,
  memoryTokenStore,
  WechatRefused,
  type CustomMessage,
  type TokenStore,
} from 'wechat-api-ts'
import { appid, fakeWechat, json, secret, storeWith } from './fake-wechat.ts'

const hello: CustomMessage = { touser: 'o1', msgtype: 'text', text: { content: '您好' } }
const many = (n: number, act: (i: number) => Promise<unknown>) =>
  Promise.all(Array.from({ length: n }, (_, i) => act(i)))

test('a hundred simultaneous calls fetch one token, which is renewed four minutes before it expires', async (t) => {
  const { url, of } = await fakeWechat(t, (_asked, response) => {
    json(response, { access_token: `T${of('/stable_token').length}`, expires_in: 7200 })
  })
  let at = 1_000_000
  const tokens = memoryTokenStore()
  const [one, other] = [1, 2].map(() =>
    createClient({ appid, secret, baseUrl: url, tokens, now: () => at }),
  ) as [ReturnType<typeof createClient>, ReturnType<typeof createClient>]
  const got = await many(100, (i) => (i % 2 ? one : other).accessToken())
  assert.deepEqual([...new Set(got)], ['T1'])
  assert.deepEqual(
    of('/stable_token').map(({ method, body }) => [method, body]),
    [['POST', { grant_type: 'client_credential', appid, secret, force_refresh: false }]],
  )
  at += 6_959_000
  assert.equal(await one.accessToken(), 'T1')
  at += 2000
  assert.equal(await other.accessToken(), 'T2')
})

test('however many calls run at once, the classic token is fetched with a single call, and its errors do not contain the secret', async (t) => {
  const { url, asked } = await fakeWechat(t, ({ path }, response) => {
    json(
      response,
      path === '/cgi-bin/token' ? { access_token: 'C1', expires_in: 7200 } : { errcode: 0 },
    )
  })
  const sdk = createClient({ appid, secret, baseUrl: url, tokenKind: 'classic' })
  await many(20, () => sdk.custom.send(hello))
  const [fetched, ...sent] = asked
  assert.deepEqual(
    [fetched?.method, fetched?.path, fetched?.query],
    ['GET', '/cgi-bin/token', { grant_type: 'client_credential', appid, secret }],
  )
  assert.deepEqual(
    sent.map(({ token }) => token),
    Array<string>(20).fill('C1'),
  )
})

for (const errcode of [40001, 40014, 42001]) {
  test(`after errcode ${errcode} a hundred simultaneous calls fetch one new token and are each repeated once`, async (t) => {
    const { url, of } = await fakeWechat(t, ({ path, token }, response) => {
      if (path.endsWith('/stable_token')) json(response, { access_token: 'T2', expires_in: 7200 })
      else json(response, token === 'T2' ? { errcode: 0 } : { errcode, errmsg: 'no' })
    })
    const tokens = await storeWith()
    let renewals = 0
    const counted: TokenStore = {
      get: tokens.get,
      renew: (key, renew) => {
        renewals++
        return tokens.renew(key, renew)
      },
    }
    const sdk = createClient({ appid, secret, baseUrl: url, tokens: counted })
    await many(100, () => sdk.custom.send(hello))
    assert.deepEqual([of('/stable_token').length, renewals], [1, 1])
    assert.equal(of('/send').filter(({ token }) => token === 'T1').length, 100)
    assert.equal(of('/send').filter(({ token }) => token === 'T2').length, 100)
  })
}

test('a token that another server has renewed is used instead of fetching another one', async (t) => {
  const { url, of } = await fakeWechat(t, ({ token }, response) => {
    const answer = () => {
      json(response, token === 'T1' ? { errcode: 40001, errmsg: 'not latest' } : { errcode: 0 })
    }
    // another server renews the token while this call is running, so this one's token is outdated
    void tokens
      .renew(appid, async () => ({ token: 'THEIRS', expiresAt: Date.now() + 7_200_000 }))
      .then(answer)
  })
  const tokens = await storeWith()
  const sdk = createClient({ appid, secret, baseUrl: url, tokens })
  await many(10, () => sdk.custom.send(hello))
  assert.deepEqual([...new Set(of('/send').map(({ token }) => token))], ['T1', 'THEIRS'])
  assert.equal(of('/stable_token').length, 0)
})

test('a newer token that WeChat already gives out is used before a new one is forced', async (t) => {
  const { url, of } = await fakeWechat(t, ({ path, token, body }, response) => {
    if (path.endsWith('/stable_token')) {
      json(response, { access_token: body.force_refresh ? 'FORCED' : 'NEWEST', expires_in: 7200 })
    } else json(response, token === 'NEWEST' ? { errcode: 0 } : { errcode: 40001 })
  })
  await createClient({ appid, secret, baseUrl: url, tokens: await storeWith() }).custom.send(hello)
  assert.deepEqual(
    of('/stable_token').map(({ body }) => body.force_refresh),
    [false],
  )
})

test('a call whose token is refused twice fails without a third attempt, and tokens are not forced again and again', async (t) => {
  let forced = 0
  const { url, of } = await fakeWechat(t, ({ path, token, body }, response) => {
    if (body.force_refresh) forced++
    if (path.endsWith('/stable_token')) {
      json(response, { access_token: `T${forced + 1}`, expires_in: 7200 })
    } else json(response, { errcode: 40001, errmsg: `invalid ${token ?? ''}` })
  })
  let at = Date.now()
  const sdk = createClient({
    appid,
    secret,
    baseUrl: url,
    tokens: await storeWith(),
    now: () => at,
  })
  const refused = async () => {
    const error = await sdk.custom.send(hello).catch((reason: unknown) => reason)
    assert.ok(error instanceof WechatRefused)
    assert.deepEqual([error.errcode, error.errmsg, error.retry], [40001, 'invalid ***', 'token'])
  }
  await refused()
  assert.deepEqual(
    [of('/send').length, of('/stable_token').map(({ body }) => body.force_refresh)],
    [2, [false, true]],
  )
  await many(20, refused)
  assert.deepEqual(
    [of('/send').length, forced],
    [22, 1],
    'a second try with the same token is spared',
  )
  at += 76 * 60_000
  await refused()
  assert.equal(forced, 2)
})

test('refusals other than for the token do not renew the token', async (t) => {
  const { url, of } = await fakeWechat(t, (_asked, response) => {
    json(response, { errcode: 48001 })
  })
  await assert.rejects(
    createClient({ appid, secret, baseUrl: url, tokens: await storeWith() }).custom.send(hello),
    WechatRefused,
  )
  assert.deepEqual([of('/send').length, of('/stable_token').length], [1, 0])
})
