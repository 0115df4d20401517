// Accounts: several per company, secrets that are never shown, changing keys, accounts that are not
// bound, agents' names.
import assert from 'node:assert/strict'
import test from 'node:test'
import { groupLane } from '../../rules/session/lane.ts'
import {
  testAccount,
  openHouse,
  password,
  post,
  signIn,
  type Actor,
  type House,
} from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { rawPush, signed, textXml } from '../support/raw-push.ts'

const mini = {
  appid: 'wx3333333333333333',
  appSecret: '3333456789abcdef0123456789abcdef',
  token: 'minitoken',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ',
  originalId: 'gh_333333333333',
  name: '小程序',
}

/** Lets a new customer write and checks that this person's reply arrives. */
async function replyArrives(house: House, agent: Actor): Promise<void> {
  const customer = await follower(house)
  await customer.says('你好')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  const text = '在'
  await agent.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: 'b1',
    type: 'text',
    text,
  })
  await eventually(async () => {
    assert.ok((await customer.inbox()).some((item) => item.text === text))
  })
}

void test('the secrets of an account can be written but never read, and a company has a maximum number of accounts of both kinds', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const made = await house.admin.call('POST', '/api/accounts', { ...mini, type: 2, mode: 'safe' })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  assert.deepEqual(
    [made.body.kind, made.body.type, made.body.hasAppSecret, made.body.hasEncodingAesKey],
    ['wechat', 2, true, true],
  )
  const site = await house.admin.call('POST', '/api/accounts', {
    kind: 'web',
    name: '官网',
    allowedOrigins: ['https://www.example.com'],
  })
  assert.equal(site.status, 201, JSON.stringify(site.body))
  assert.match(site.body.siteKey, /^[\w-]{24}$/)
  assert.deepEqual(site.body.allowedOrigins, ['https://www.example.com'])
  assert.equal(
    (
      await house.admin.call('PATCH', `/api/accounts/${site.body.id}`, {
        allowedOrigins: ['https://shop.example.com/path'],
      })
    ).status,
    400,
  )
  for (const secret of [mini.appSecret, mini.token, mini.encodingAesKey]) {
    assert.ok(
      !JSON.stringify((await house.admin.call('GET', '/api/accounts')).body).includes(secret),
    )
    assert.ok(!JSON.stringify(await house.rows('select * from official_account')).includes(secret))
  }
  const [company] = (await house.admin.call('GET', '/api/companies')).body.items
  await house.admin.call('PATCH', `/api/companies/${company.id}`, { maxAccounts: 3, maxAgents: 2 })
  const fourth = await house.admin.call('POST', '/api/accounts', { kind: 'web', name: '又一个' })
  assert.deepEqual([fourth.status, fourth.body.error.code], [409, 'limit_reached'])
  const third = await house.admin.call('POST', '/api/users', {
    username: 'agent9',
    password: 'correct horse',
    role: 'agent',
  })
  assert.deepEqual([third.status, third.body.error.code], [409, 'limit_reached'])

  assert.equal((await house.admin.call('DELETE', `/api/accounts/${made.body.id}`)).status, 200)
  assert.equal(
    (await house.admin.call('POST', '/api/accounts', { kind: 'web', name: '又一个' })).status,
    201,
    'there is room again',
  )
  assert.equal(
    (await house.admin.call('PATCH', `/api/accounts/${site.body.id}`, { binding: 'platform' }))
      .status,
    200,
    'a site is bound to nothing',
  )
})

for (const mode of ['plain', 'compatible', 'safe'] as const) {
  void test(`a change of token and key loses no push that is under way, and a day later the old ones are refused (${mode} mode)`, async (t) => {
    const house = await openHouse({ rules: false, ...(mode === 'safe' && { mode }) })
    t.after(() => house.close())
    const { id } = (await house.admin.call('GET', '/api/accounts')).body.items[0]
    const mine = { ...testAccount, mode, callbackUrl: `${house.url}/wechat/${testAccount.appid}` }
    await house.admin.call('PATCH', `/api/accounts/${id}`, { mode })
    await post(`${house.simulator}/sim/accounts`, mine)
    const customer = await follower(house)
    assert.equal((await customer.says('一')).status, 200)
    const next = {
      token: 'nexttoken',
      encodingAesKey: 'QPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba',
    }
    assert.equal((await house.admin.call('PATCH', `/api/accounts/${id}`, next)).status, 200)
    assert.equal((await customer.says('二')).status, 200, 'WeChat does not know yet')
    await post(`${house.simulator}/sim/accounts`, { ...mine, ...next })
    assert.equal((await customer.says('三')).status, 200, 'now it does')
    assert.deepEqual(
      (await house.rows<{ text: string }>('select text from message_data order by seq')).map(
        (row) => row.text,
      ),
      ['一', '二', '三'],
    )
    await house.app.advanceTo(25 * 3600_000)
    const old = await rawPush(
      house,
      textXml(customer.openid, '99', '四'),
      signed(testAccount.token),
    )
    assert.equal(old.status, 403)
  })
}

void test('pushes of an account that is not bound are verified, answered, counted once and not stored, and its sessions cannot be claimed', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { id } = (await house.admin.call('GET', '/api/accounts')).body.items[0]
  const customer = await follower(house)
  await customer.says('在吗')
  const queued = (await house.admin.call('GET', '/api/sessions')).body.items[0]
  const agent = await house.agent('agent1')
  assert.equal(
    (await house.admin.call('PATCH', `/api/accounts/${id}`, { binding: 'unbound' })).status,
    200,
  )
  assert.equal(
    (await rawPush(house, textXml('o1', '1', 'x'), 'signature=0&timestamp=1&nonce=2')).status,
    403,
    'verified',
  )
  const unheard = await customer.says('还在吗', { copies: 3, parallel: true })
  assert.deepEqual([unheard.status, unheard.shown], [200, []])
  await customer.does('CLICK', { eventKey: 'A' })
  const shown = (await house.admin.call('GET', `/api/accounts/${id}`)).body
  assert.equal(shown.unboundPushes.count, 2)
  assert.ok(shown.unboundPushes.lastAt)
  assert.equal((await house.rows('select message_id from message_data')).length, 1)
  const claim = await agent.call('POST', `/api/sessions/${queued.id}/claim`, {})
  assert.deepEqual([claim.status, claim.body.error.code], [409, 'account_not_bound'])

  await house.admin.call('PATCH', `/api/accounts/${id}`, { binding: 'direct' })
  assert.equal((await agent.call('POST', `/api/sessions/${queued.id}/claim`, {})).status, 200)
})

void test("an agent's replies carry the agent's own name at WeChat; a name that WeChat no longer lists is dropped and replies leave without it", async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({
    logs: [
      'WeChat does not know this customer-service name: the line is sent without it',
      'customer-service names are gone at WeChat: their agents write without one',
    ],
  })
  const { id } = (await house.admin.call('GET', '/api/accounts')).body.items[0]
  const agent = await house.agent('agent1')
  const path = `/api/accounts/${id}/identities`
  assert.equal(
    (await house.admin.call('PUT', `${path}/${agent.uid}`, { kfAccount: 'no-at-sign' })).status,
    400,
  )
  const named = await house.admin.call('PUT', `${path}/${agent.uid}`, {
    kfAccount: 'lin@shop',
    nickname: '小林',
  })
  assert.equal(named.status, 200, JSON.stringify(named.body))
  assert.deepEqual(
    named.body.items.find((one: { uid: number }) => one.uid === agent.uid),
    { uid: agent.uid, name: 'agent1', kfAccount: 'lin@shop', nickname: '小林' },
  )
  const other = await house.agent('agent2')
  assert.equal(
    (await house.admin.call('PUT', `${path}/${other.uid}`, { kfAccount: 'lin@shop' })).status,
    400,
    'one name, one agent',
  )

  const customer = await follower(house)
  await customer.says('在吗')
  const session = (await agent.call('POST', '/api/sessions/claim', {})).body
  const sends = async () =>
    (
      (await (await fetch(`${house.simulator}/sim/ledger?limit=10000`)).json()) as {
        items: {
          path: string
          errcode?: number
          request: { customservice?: { kf_account: string } }
        }[]
      }
    ).items
      .filter((item) => item.path === '/cgi-bin/message/custom/send')
      .map((item) => [item.request.customservice?.kf_account ?? null, item.errcode])
  const reply = async (text: string) => {
    await agent.call('POST', `/api/sessions/${session.id}/messages`, {
      clientMsgId: text,
      type: 'text',
      text,
    })
    await eventually(async () => {
      assert.ok((await customer.inbox()).some((item) => item.text === text))
    })
  }
  await reply('first')
  assert.deepEqual(await sends(), [['lin@shop', 0]])

  const { token } = JSON.parse(
    house.app.ports.secrets.open(
      (await house.rows<{ sealed: string }>('select sealed from access_token'))[0]?.sealed ?? '',
      `token:${testAccount.appid}`,
    ),
  ) as { token: string }
  await post(
    `${house.simulator}/customservice/kfaccount/del?access_token=${token}&kf_account=lin@shop`,
    { kf_account: 'lin@shop' },
  )
  await reply('second')
  const [, refused, sent] = await sends()
  assert.deepEqual([refused?.[0], sent], ['lin@shop', [null, 0]])
  assert.notEqual(refused?.[1], 0)

  const ran = await house.admin.call('POST', '/api/admin/jobs/kf-sync/run', {})
  assert.deepEqual(ran.body.result, { listed: 0, gone: 1, refused: 0 })
  await reply('third')
  assert.deepEqual((await sends()).at(-1), [null, 0])
  assert.equal((await sends()).length, 4, 'and is not tried under it again')
})

void test("a reception's QR code is created at WeChat, and customers who scan it come to its group", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const accountId = (await house.admin.call('GET', '/api/accounts')).body.items[0].id
  const group = (await house.admin.call('POST', '/api/groups', { name: '售后' })).body
  await house.agent('agent1', { groupIds: [group.id] })
  const made = await house.admin.call('POST', '/api/receptions', {
    accountId,
    scene: 'after_sales',
    name: '售后',
    kind: 'group',
    groupId: group.id,
    days: 7,
    replyText: '马上为您安排',
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  assert.match(made.body.qrUrl, /showqrcode\?ticket=/)
  // WeChat, which created the code, shows its picture
  const picture = await fetch(made.body.qrUrl)
  assert.deepEqual([picture.status, picture.headers.get('content-type')], [200, 'image/png'])
  const customer = await follower(house)
  const scanned = await customer.does('SCAN', { eventKey: 'after_sales', ticket: 'x' })
  assert.equal(scanned.shown[0]?.text, '马上为您安排')
  const [session] = (await house.admin.call('GET', '/api/sessions')).body.items
  assert.deepEqual(
    [session.kind, session.queue.lane, session.window.scene, session.window.remaining],
    ['group', groupLane(group.id, accountId), 'scan', 3],
  )
  await house.app.advanceTo(8 * 24 * 3600_000)
  const late = await follower(house)
  assert.deepEqual(
    (await late.does('SCAN', { eventKey: 'after_sales' })).shown,
    [],
    'the code has ended',
  )
  const reception = (await (await import('../support/app.ts')).signIn(house.url, 'admin')).call(
    'GET',
    `/api/receptions/${made.body.id}`,
  )
  assert.equal((await reception).body.scans, 2, 'and still counts')
})

void test("the appid of a deleted account can be used by another company, its secrets are erased, and the first company's history stays complete and separate", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('旧公司')
  const agent = await house.agent('agent1')
  const old = (await agent.call('POST', '/api/sessions/claim', {})).body
  const reply = (text: string) =>
    agent.call('POST', `/api/sessions/${old.id}/messages`, {
      clientMsgId: encodeURIComponent(text),
      type: 'text',
      text,
    })
  assert.equal((await reply('在')).status, 202)
  await eventually(async () => {
    assert.ok((await customer.inbox()).some((item) => item.text === '在'))
  })
  const [mine] = (await house.admin.call('GET', '/api/accounts')).body.items
  const [held] = await house.rows<{ company_id: string }>('select company_id from access_token')
  const cached = () => house.app.ports.cache.get(`token:${held?.company_id}:${testAccount.appid}`)
  assert.ok(await cached(), 'the premise')
  assert.equal((await house.admin.call('DELETE', `/api/accounts/${mine.id}`)).status, 200)
  assert.deepEqual(await house.rows('select token_key from access_token'), [])
  assert.equal(await cached(), null)
  const secrets = 'app_secret, token, aes_key, token_previous, aes_key_previous'
  const kept = await house.rows<object>(
    `select ${secrets} from official_account where account_id = ?`,
    [mine.id],
  )
  assert.deepEqual(
    kept.flatMap((row) => Object.values(row)),
    [null, null, null, null, null],
  )

  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const b = await signIn(house.url, 'boss-b')
  const theirs = { ...testAccount, token: 'theirtoken', name: '新' }
  const made = await b.call('POST', '/api/accounts', theirs)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  await house.heard()
  await post(`${house.simulator}/sim/accounts`, {
    ...theirs,
    callbackUrl: `${house.url}/wechat/${testAccount.appid}`,
  })
  const again = await house.admin.call('POST', '/api/accounts', testAccount)
  assert.deepEqual([again.status, again.body.error.code], [409, 'appid_taken'])
  const signedAsBefore = await rawPush(house, textXml(customer.openid, '99', '谁'), signed())
  assert.equal(signedAsBefore.status, 403)

  assert.equal((await customer.says('新公司')).status, 200)
  const [session] = (await b.call('GET', '/api/sessions')).body.items
  assert.equal(session.lastMessage.text, '新公司')
  assert.notEqual(session.customer.id, old.customer.id)
  assert.equal(session.accountId, made.body.id)
  const words = (await agent.call('GET', `/api/sessions/${old.id}/messages`)).body.items
  assert.deepEqual(
    words.map((line: { text: string }) => line.text),
    ['旧公司', '在'],
  )
  const refused = await reply('还在')
  assert.deepEqual([refused.status, refused.body.error.code], [409, 'account_not_bound'])
  assert.equal((await agent.call('POST', `/api/sessions/${old.id}/typing`, {})).status, 200)

  assert.equal((await b.call('DELETE', `/api/accounts/${made.body.id}`)).status, 200)
  const back = await house.admin.call('POST', '/api/accounts', testAccount)
  assert.deepEqual([back.status, back.body.id], [201, mine.id], 'with all that was')
  await house.heard()
  await post(`${house.simulator}/sim/accounts`, {
    ...testAccount,
    callbackUrl: `${house.url}/wechat/${testAccount.appid}`,
  })
  assert.equal((await customer.says('回来')).status, 200)
  const lines = (await agent.call('GET', `/api/sessions/${old.id}/messages`)).body.items
  assert.equal(lines.at(-1).text, '回来')
})

void test('a company that takes over the appid of a deleted account fetches its own token instead of using the old one', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const [mine] = (await house.admin.call('GET', '/api/accounts')).body.items
  assert.equal((await house.admin.call('DELETE', `/api/accounts/${mine.id}`)).status, 200)
  const [{ company_id }] = (await house.rows<{ company_id: string }>(
    'select company_id from company',
  )) as [{ company_id: string }]
  const left = {
    company_id,
    token_key: testAccount.appid,
    sealed: 'x',
    expires_at: 1,
    lease_until: 0,
  }
  await house.app.ports.store.work('rest', (unit) => unit.sql.insert('access_token', [left]))

  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const b = await signIn(house.url, 'boss-b')
  assert.equal((await b.call('POST', '/api/accounts', testAccount)).status, 201)
  await house.heard()
  await replyArrives(house, b)
})

void test('a company that adds an account which another one deleted sends with an access token of its own, even if the secret is the same and the process has sent for the other', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customer = await follower(house)
  const arrives = async (who: Actor, text: string) => {
    await customer.says('你好')
    const { id } = (await who.call('POST', '/api/sessions/claim', {})).body
    const reply = { clientMsgId: encodeURIComponent(text), type: 'text', text }
    await who.call('POST', `/api/sessions/${id}/messages`, reply)
    await eventually(async () => {
      assert.ok((await customer.inbox()).some((item) => item.text === text))
    })
  }
  await arrives(await house.agent('agent1'), '旧公司')
  const [mine] = (await house.admin.call('GET', '/api/accounts')).body.items
  assert.equal((await house.admin.call('DELETE', `/api/accounts/${mine.id}`)).status, 200)

  const { body: made } = await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const b = await signIn(house.url, 'boss-b')
  assert.equal((await b.call('POST', '/api/accounts', testAccount)).status, 201)
  await house.heard()
  await arrives(b, '新公司')
  assert.deepEqual(await house.rows('select token_key, company_id from access_token'), [
    { token_key: testAccount.appid, company_id: made.id },
  ])
})

void test('a company can send for its account even if the company that deleted it before stored its access token last', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const [mine] = (await house.admin.call('GET', '/api/accounts')).body.items
  assert.equal((await house.admin.call('DELETE', `/api/accounts/${mine.id}`)).status, 200)
  const [{ company_id }] = (await house.rows<{ company_id: string }>(
    'select company_id from company',
  )) as [{ company_id: string }]
  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const b = await signIn(house.url, 'boss-b')
  assert.equal((await b.call('POST', '/api/accounts', testAccount)).status, 201)
  await house.heard()
  const late = {
    company_id,
    token_key: testAccount.appid,
    sealed: 'x',
    expires_at: 1,
    lease_token: 'l'.repeat(32),
    lease_until: Date.now() + 3600_000,
  }
  await house.app.ports.store.work('rest', (unit) => unit.sql.insert('access_token', [late]))

  await replyArrives(house, b)
})

void test('a person who served a deleted account can be saved with the accounts that are shown for them', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const site = (await house.admin.call('POST', '/api/accounts', { kind: 'web', name: 'site' })).body
  const { uid } = await house.agent('p')
  const shown = async () => (await house.admin.call('GET', `/api/users/${uid}`)).body.accountIds
  assert.ok((await shown()).includes(site.id))
  assert.equal((await house.admin.call('DELETE', `/api/accounts/${site.id}`)).status, 200)
  const accountIds = await shown()
  assert.equal(accountIds.length, 1)
  const saved = await house.admin.call('PATCH', `/api/users/${uid}`, { accountIds })
  assert.equal(saved.status, 200, JSON.stringify(saved.body))
})

void test('an account that is not bound yet needs no secrets, and a push to it without a valid signature is refused', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const appid = 'wx4444444444444444'
  const made = await house.admin.call('POST', '/api/accounts', { appid, binding: 'unbound' })
  assert.deepEqual(
    [made.status, made.body.binding, made.body.hasAppSecret, made.body.hasToken],
    [201, 'unbound', false, false],
  )
  await house.heard()
  const answer = await fetch(`${house.url}/wechat/${appid}?${signed('')}`, {
    method: 'POST',
    body: textXml('o1', '1', 'x'),
  })
  assert.equal(answer.status, 403)
  const path = `/api/accounts/${made.body.id}`
  const half = await house.admin.call('PATCH', path, { binding: 'direct' })
  assert.deepEqual([half.status, half.body.error.details.field], [400, 'appSecret'])
  const direct = await house.admin.call('POST', '/api/accounts', { appid: 'wx5555555555555555' })
  assert.deepEqual([direct.status, direct.body.error.details.field], [400, 'appSecret'])
  const { appSecret, token } = testAccount
  assert.equal(
    (await house.admin.call('PATCH', path, { binding: 'direct', appSecret, token })).status,
    200,
  )
})
