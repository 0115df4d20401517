// A third-party platform acts for accounts whose owners authorised it: tickets, authorisation,
// pushes encrypted with the platform's keys, replies, withdrawal, and WeChat's test before release.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, password, post, signIn, type House, type HouseOptions } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { holdRows } from '../support/obstacles.ts'
import { silentLog } from '../../src/log.ts'

const component = {
  componentAppid: 'wxabcdef1234567890',
  appSecret: 'componentsecret0123456789abcdef0',
  token: 'componenttoken',
  encodingAesKey: 'ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkj',
}
const shop = {
  appid: 'wx2222222222222222',
  appSecret: '2222456789abcdef0123456789abcdef',
  token: 'shoptoken',
  encodingAesKey: '',
  mode: 'plain',
  originalId: 'gh_222222222222',
  name: '小店',
  callbackUrl: 'http://127.0.0.1:1/nowhere',
}

async function withPlatform(
  t: { after: (close: () => Promise<void>) => void },
  options: HouseOptions = {},
): Promise<House> {
  const house = await openHouse({
    rules: false,
    settings: { PUBLIC_URL: 'https://desk.example.com' },
    ...options,
  })
  t.after(() => house.close())
  await post(`${house.simulator}/sim/accounts`, shop)
  await addPlatform(house, component)
  return house
}

/** Makes a platform known to the product and to WeChat, which sends it a ticket. */
async function addPlatform(house: House, platform: typeof component): Promise<void> {
  const made = await house.admin.call('POST', '/api/platforms', platform)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  assert.deepEqual(
    [made.body.ticketUrl, made.body.messageUrl],
    [
      `https://desk.example.com/wechat/platform/${platform.componentAppid}`,
      'https://desk.example.com/wechat/$APPID$',
    ],
  )
  assert.ok(!JSON.stringify(made.body).includes(platform.appSecret))
  await post(`${house.simulator}/sim/components`, {
    ...platform,
    ticketUrl: `${house.url}/wechat/platform/${platform.componentAppid}`,
    callbackUrl: `${house.url}/wechat/$APPID$`,
  })
  const pushed = (await post(
    `${house.simulator}/sim/components/${platform.componentAppid}/ticket`,
    {},
  )) as { status: number; outcome: string }
  assert.equal(pushed.status, 200, JSON.stringify(pushed))
}

/** Follows the browser's way: our page, WeChat's page, and back with the code. */
async function authorize(house: House, actor = house.admin): Promise<Response> {
  return comeBack(house, await agree(house, await begin(house, component, actor)))
}

/** Opens our page, which sends the browser on to WeChat's. */
async function begin(
  house: House,
  { componentAppid }: typeof component,
  actor = house.admin,
): Promise<URL> {
  const away = await actor.get(`/wechat/platform/${componentAppid}/authorize`)
  assert.equal(away.status, 302, await away.text())
  const page = new URL(away.headers.get('location') ?? '')
  assert.equal(page.searchParams.get('component_appid'), componentAppid)
  return page
}

/** The owner agrees on WeChat's page, which sends the browser back to us with a code. */
async function agree(house: House, page: URL): Promise<URL> {
  const answer = (await post(
    `${house.simulator}/sim/components/${page.searchParams.get('component_appid')}/authorize`,
    {
      appid: shop.appid,
      preAuthCode: page.searchParams.get('pre_auth_code'),
      redirectUrl: page.searchParams.get('redirect_uri'),
      visit: false,
    },
  )) as { location: string; push: { status: number } }
  assert.equal(answer.push.status, 200)
  return new URL(answer.location)
}

const comeBack = (house: House, { pathname, search }: URL): Promise<Response> =>
  fetch(`${house.url}${pathname}${search}`, { redirect: 'manual' })

const shopOf = async (house: House) =>
  (await house.admin.call('GET', '/api/accounts')).body.items.find(
    (one: { appid: string }) => one.appid === shop.appid,
  )

void test("an account authorises our platform: pushes with the platform's keys are stored, replies are sent in the account's name, authorising again adds no account, and withdrawing unbinds it until it is authorised again", async (t) => {
  const house = await withPlatform(t)
  house.announce({
    logs: ['the owner of an account has withdrawn its authorisation: it is unbound'],
  })
  assert.equal((await authorize(house)).status, 302)
  const account = await shopOf(house)
  assert.deepEqual(
    [
      account.binding,
      account.mode,
      account.name,
      account.originalId,
      account.componentAppid,
      account.type,
    ],
    ['platform', 'safe', '小店', shop.originalId, component.componentAppid, 1],
  )

  const customer = await follower(house, shop.appid)
  assert.equal((await customer.says('在吗')).status, 200)
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  assert.equal(
    (
      await agent.call('POST', `/api/sessions/${id}/messages`, {
        clientMsgId: 'a',
        type: 'text',
        text: '在的',
      })
    ).status,
    202,
  )
  await eventually(async () => {
    assert.deepEqual(
      (await customer.inbox()).map((item) => item.text),
      ['在的'],
    )
  })

  assert.equal(
    (await authorize(house)).status,
    302,
    'the push has used the code already, and the owner is let in all the same',
  )
  assert.equal((await house.admin.call('GET', '/api/accounts')).body.items.length, 2)

  await post(`${house.simulator}/sim/components/${component.componentAppid}/unauthorize`, {
    appid: shop.appid,
  })
  assert.equal((await shopOf(house)).binding, 'unbound')
  const refused = await agent.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: 'b',
    type: 'text',
    text: '还在吗',
  })
  assert.deepEqual([refused.status, refused.body.error.code], [409, 'account_not_bound'])
  assert.equal((await authorize(house)).status, 302)
  assert.equal((await shopOf(house)).binding, 'platform', 'and back')
})

void test('hours after an authorisation, when all tokens have expired, replies are still sent with the refresh token, which was stored encrypted', async (t) => {
  const house = await withPlatform(t)
  await authorize(house)
  const [row] = await house.rows<{ sealed: string }>(
    "select sealed from access_token where token_key like '%:%'",
  )
  assert.ok(row?.sealed && !row.sealed.includes('refreshtoken'), 'sealed')
  const customer = await follower(house, shop.appid)
  await customer.says('在吗')
  await house.app.advanceTo(3 * 3600_000)
  await post(`${house.simulator}/sim/clock`, { advanceMs: 3 * 3600_000 })
  await post(`${house.simulator}/sim/components/${component.componentAppid}/ticket`, {})
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  await agent.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: 'a',
    type: 'text',
    text: '在的',
  })
  await eventually(async () => {
    assert.deepEqual(
      (await customer.inbox()).map((item) => item.text),
      ['在的'],
    )
  })
})

void test('an authorisation needs a sign-in and a state that is not forged, and an account that one company has authorised cannot be authorised for another', async (t) => {
  const house = await withPlatform(t)
  const path = `/wechat/platform/${component.componentAppid}`
  assert.equal((await fetch(`${house.url}${path}/authorize`)).status, 401)
  assert.equal(
    (
      await fetch(
        `${house.url}${path}/callback?auth_code=x&state=${Buffer.from('{"companyId":"x"}').toString('base64url')}`,
      )
    ).status,
    403,
  )
  await authorize(house)
  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const stranger = await signIn(house.url, 'boss-b')
  const taken = await authorize(house, stranger)
  assert.equal(taken.status, 409, await taken.text())
  assert.equal((await stranger.call('GET', '/api/accounts')).body.items.length, 0)
  assert.equal((await stranger.call('GET', '/api/platforms')).status, 403)
})

void test('an authorisation is refused if its state was made for another platform, or more than half an hour ago', async (t) => {
  const house = await withPlatform(t)
  const other = { ...component, componentAppid: 'wxfedcba0987654321' }
  await addPlatform(house, other)
  await house.heard()
  const refusedAs = async (answer: Response) =>
    answer.status === 403 ? ((await answer.json()) as { error: { code: string } }).error.code : null

  const back = await agree(house, await begin(house, component))
  const foreign = new URL(back)
  const redirect = (await begin(house, other)).searchParams.get('redirect_uri') ?? ''
  foreign.searchParams.set('state', new URL(redirect).searchParams.get('state') ?? '')
  assert.equal(await refusedAs(await comeBack(house, foreign)), 'not_allowed')
  assert.equal(await shopOf(house), undefined)

  const late = await agree(house, await begin(house, component))
  await house.app.advanceTo(29 * 60_000)
  assert.equal((await comeBack(house, back)).status, 302, 'the premise: its own is accepted')
  const { id } = await shopOf(house)
  const unbound = { binding: 'unbound' }
  assert.equal((await house.admin.call('PATCH', `/api/accounts/${id}`, unbound)).status, 200)
  await house.app.advanceTo(30 * 60_000)
  assert.equal(await refusedAs(await comeBack(house, late)), 'not_allowed')
  assert.equal((await shopOf(house)).binding, 'unbound')
})

void test('a company that has the maximum number of accounts can authorise no further one, but can authorise its existing ones again', async (t) => {
  const house = await withPlatform(t)
  const [company] = (await house.admin.call('GET', '/api/companies')).body.items
  const mayHave = (maxAccounts: number) =>
    house.admin.call('PATCH', `/api/companies/${company.id}`, { maxAccounts })
  assert.equal((await mayHave(1)).status, 200)
  const refused = await authorize(house)
  assert.equal(refused.status, 409)
  assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'limit_reached')
  assert.equal(await shopOf(house), undefined)

  assert.equal((await mayHave(2)).status, 200)
  assert.equal((await authorize(house)).status, 302)
  const { id } = await shopOf(house)
  assert.equal((await authorize(house)).status, 302, 'again')
  assert.equal((await shopOf(house)).id, id)
})

void test("changing a platform's keys loses no push that is under way", async (t) => {
  const house = await withPlatform(t)
  await authorize(house)
  const customer = await follower(house, shop.appid)
  await house.admin.call('PATCH', `/api/platforms/${component.componentAppid}`, {
    token: 'anothertoken',
    encodingAesKey: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ',
  })
  assert.equal((await customer.says('旧钥匙')).status, 200)
  await post(`${house.simulator}/sim/components`, {
    ...component,
    token: 'anothertoken',
    encodingAesKey: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ',
    ticketUrl: `${house.url}/wechat/platform/${component.componentAppid}`,
    callbackUrl: `${house.url}/wechat/$APPID$`,
  })
  assert.equal((await customer.says('新钥匙')).status, 200)
  assert.equal(
    (
      (await post(`${house.simulator}/sim/components/${component.componentAppid}/ticket`, {})) as {
        status: number
      }
    ).status,
    200,
  )
})

void test('a mini program that authorises our platform is recognised as one, and a rule answers its customers through the API', async (t) => {
  const house = await withPlatform(t, { rules: true })
  await post(`${house.simulator}/sim/accounts`, { ...shop, kind: 'miniprogram' })
  assert.equal((await authorize(house)).status, 302)
  assert.equal((await shopOf(house)).type, 2)

  const customer = await follower(house, shop.appid)
  const asked = await customer.says('人工')
  assert.equal(asked.status, 200)
  assert.equal(asked.reply, 'success')
  const [line] = await house.rows<{ text: string }>(
    'select text from message_data where opercode = 6',
  )
  assert.ok(line, 'the premise: a rule answered')
  await eventually(async () => {
    assert.deepEqual(
      (await customer.inbox()).map(({ way, text }) => [way, text]),
      [['custom', line.text]],
    )
  })
})

void test("all steps of WeChat's test before release are answered from each test account, and nothing of them is stored", async (t) => {
  const house = await withPlatform(t)
  for (let account = 0; account < 5; account += 1) {
    const result = (await post(
      `${house.simulator}/sim/components/${component.componentAppid}/release-test`,
      { account },
    )) as { ok: boolean; cases: object[] }
    assert.ok(result.ok, JSON.stringify(result))
  }
  assert.deepEqual(await house.rows('select inbox_id from inbox'), [])
  assert.equal((await house.admin.call('GET', '/api/accounts')).body.items.length, 1)
})

void test("an unexpected error in a step of WeChat's release test is logged, and the process continues", async (t) => {
  const told: object[] = []
  const house = await withPlatform(t, {
    alone: true,
    log: { ...silentLog, error: (facts) => told.push(facts) },
    wrap: (ports) => ({
      ...ports,
      desk: { ...ports.desk, sendText: () => Promise.reject(new TypeError('nobody foresaw this')) },
    }),
  })
  const result = (await post(
    `${house.simulator}/sim/components/${component.componentAppid}/release-test`,
    { account: 0 },
  )) as { cases: { name: string; ok: boolean }[] }
  assert.deepEqual(
    result.cases.filter((one) => !one.ok).map((one) => one.name),
    ['api'],
  )
  assert.match(JSON.stringify(told), /a step of the release test.*nobody foresaw this/)
})

void test('if the owner of an account withdraws the authorisation while an admin saves the account, it becomes unbound all the same, and no platform may use it until it is authorised again', async (t) => {
  const house = await withPlatform(t)
  await authorize(house)
  house.announce({
    logs: ['the owner of an account has withdrawn its authorisation: it is unbound'],
  })
  const { id } = await shopOf(house)
  const path = `/api/accounts/${id}`
  const held = await holdRows(
    house,
    'select account_id from official_account where account_id = ?',
    [id],
  )
  const withdrawn = post(
    `${house.simulator}/sim/components/${component.componentAppid}/unauthorize`,
    { appid: shop.appid },
  )
  await held.waiting(1)
  const renamed = house.admin.call('PATCH', path, { name: '新名' })
  await held.waiting(2)
  await held.letGo()
  await withdrawn
  assert.equal((await renamed).status, 200)
  const after = await shopOf(house)
  assert.deepEqual([after.name, after.binding], ['新名', 'unbound'])

  const refused = await house.admin.call('PATCH', path, { binding: 'platform' })
  assert.deepEqual([refused.status, refused.body.error.details.field], [400, 'binding'])
  assert.equal((await shopOf(house)).binding, 'unbound')
  assert.equal((await authorize(house)).status, 302)
  assert.equal((await house.admin.call('PATCH', path, { binding: 'unbound' })).status, 200)
  const back = await house.admin.call('PATCH', path, { binding: 'platform' })
  assert.equal(back.body.binding, 'platform', 'an admin may take it out of use and back')

  const { appSecret, token } = { appSecret: 'secret', token: 'shoptoken' }
  await house.admin.call('PATCH', path, { binding: 'direct', appSecret, token, mode: 'plain' })
  await post(`${house.simulator}/sim/components/${component.componentAppid}/unauthorize`, {
    appid: shop.appid,
  })
  assert.equal((await shopOf(house)).binding, 'direct', 'that one needs no platform')
})
