import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sample } from 'wechat-simulator'
import { readPush } from '#simulator/wire/pushed'
import { appid, openApi, openid, openScene, textReply } from './support.ts'
import type { Ending, Json } from './support.ts'

async function open(t: Ending) {
  const scene = await openScene(t)
  const api = await openApi(scene)
  const code = async (path: string, body?: unknown) => (await api.ask(path, body))['errcode']
  return { scene, api, code }
}

test("the simulator tells a follower's state, scene, tags and remark, but never their name", async (t) => {
  const { scene, api, code } = await open(t)
  await scene.call('POST', '/sim/followers', { appid, openid: 'oSecond', unionid: 'oUnion' })
  const info = (id = openid) => api.ask(`/cgi-bin/user/info?openid=${id}&lang=zh_CN`)
  assert.deepEqual(Object.keys(await info()), [
    'subscribe',
    'openid',
    'language',
    'subscribe_time',
    'remark',
    'groupid',
    'tagid_list',
    'subscribe_scene',
    'qr_scene',
    'qr_scene_str',
  ])
  assert.equal((await info('oSecond'))['unionid'], 'oUnion')
  assert.equal(await code('/cgi-bin/user/info?openid=oNobody'), 40003)
  assert.equal(
    await code('/cgi-bin/user/info/updateremark', { openid, remark: '界'.repeat(10) }),
    40092,
  )
  assert.equal(await code('/cgi-bin/user/info/updateremark', { openid, remark: 'VIP' }), 0)
  assert.equal((await info())['remark'], 'VIP')
  const both = (
    await api.ask('/cgi-bin/user/info/batchget', { user_list: [{ openid }, { openid: 'oSecond' }] })
  )['user_info_list'] as Json[]
  assert.deepEqual(
    both.map((one) => one['openid']),
    [openid, 'oSecond'],
  )
  assert.equal(
    await code('/cgi-bin/user/info/batchget', { user_list: Array(101).fill({ openid }) }),
    40032,
  )
  await scene.happen('unsubscribe')
  assert.deepEqual(await info(), { subscribe: 0, openid })
  assert.deepEqual(await api.ask('/cgi-bin/user/get'), {
    total: 1,
    count: 1,
    data: { openid: ['oSecond'] },
    next_openid: 'oSecond',
  })
  assert.deepEqual(await api.ask('/cgi-bin/user/get?next_openid=oSecond'), {
    total: 1,
    count: 0,
    next_openid: '',
  })
})

test("in the simulator tags can be created, given, counted and removed within WeChat's limits", async (t) => {
  const { api, code } = await open(t)
  const create = async (name: string) => await api.ask('/cgi-bin/tags/create', { tag: { name } })
  const { id } = (await create('vip'))['tag'] as { id: number }
  assert.equal((await create('vip'))['errcode'], 45157)
  assert.equal((await create('界'.repeat(11)))['errcode'], 45158)
  assert.equal(await code('/cgi-bin/tags/delete', { tag: { id: 2 } }), 45058)
  assert.equal(
    await code('/cgi-bin/tags/members/batchtagging', { openid_list: [openid], tagid: 999 }),
    45159,
  )
  assert.equal(
    await code('/cgi-bin/tags/members/batchtagging', {
      openid_list: Array(51).fill(openid),
      tagid: id,
    }),
    40032,
  )
  assert.equal(
    await code('/cgi-bin/tags/members/batchtagging', { openid_list: [openid], tagid: id }),
    0,
  )
  assert.deepEqual(await api.ask('/cgi-bin/tags/getidlist', { openid }), { tagid_list: [id] })
  assert.deepEqual((await api.ask('/cgi-bin/tags/get'))['tags'], [
    { id: 2, name: '星标组', count: 0 },
    { id, name: 'vip', count: 1 },
  ])
  assert.equal(
    (await api.ask('/cgi-bin/user/tag/get', { tagid: id, next_openid: '' }))['next_openid'],
    openid,
  )
  for (let n = 0; n < 99; n++) await create(`t${n}`)
  assert.equal((await create('one too many'))['errcode'], 45056)
  assert.equal(await code('/cgi-bin/tags/delete', { tag: { id } }), 0)
  assert.deepEqual(await api.ask('/cgi-bin/tags/getidlist', { openid }), { tagid_list: [] })
})

test('in the simulator a follower on the blacklist can neither write nor be written to', async (t) => {
  const { scene, api, code } = await open(t)
  await scene.say('before')
  assert.equal(await code('/cgi-bin/tags/members/batchblacklist', { openid_list: [openid] }), 0)
  assert.equal(
    (await api.ask('/cgi-bin/tags/members/getblacklist', { begin_openid: '' }))['total'],
    1,
  )
  assert.equal(scene.pushes.length, 1)
  assert.equal((await scene.say('unheard'))['attempts'], 0)
  assert.equal(scene.pushes.length, 1)
  assert.equal(await api.send('text', { content: 'x' }), 43019)
  await code('/cgi-bin/tags/members/batchunblacklist', { openid_list: [openid] })
  assert.equal(await api.send('text', { content: 'x' }), 0)
})

const kf = 'agent1@madeupshop'

test('the simulator supports customer-service accounts: names, limits, invitations, and sending under a name', async (t) => {
  const { scene, api, code } = await open(t)
  const add = (kf_account: string, nickname = '小美') =>
    code('/customservice/kfaccount/add', { kf_account, nickname })
  await scene.change({ wechatId: 'madeupshop' })
  for (const [name, errcode] of [
    ['agent1', 65404],
    ['agent1@other', 65404],
    ['elevenchars@madeupshop', 61454],
    ['ag ent@madeupshop', 61455],
    [kf, 0],
    [kf, 65406],
  ] as const) {
    assert.equal(await add(name), errcode, name)
  }
  assert.equal(await add('a2@madeupshop', 'x'.repeat(17)), 65403)
  await scene.say('hello')
  assert.equal(
    await api.send(
      'text',
      { content: 'x' },
      { customservice: { kf_account: 'nobody@madeupshop' } },
    ),
    61452,
  )
  assert.equal(await api.send('text', { content: 'x' }, { customservice: { kf_account: kf } }), 0)
  assert.equal((await scene.inbox())[0]?.['kfAccount'], kf)
  assert.equal(
    await code('/customservice/kfaccount/inviteworker', { kf_account: kf, invite_wx: 'mei' }),
    0,
  )
  assert.equal(
    await code('/customservice/kfaccount/inviteworker', { kf_account: kf, invite_wx: 'mei' }),
    65411,
  )
  const list = async () =>
    ((await api.ask('/cgi-bin/customservice/getkflist'))['kf_list'] as Json[])[0]
  assert.deepEqual(
    [(await list())?.['kf_id'], (await list())?.['invite_status']],
    ['1001', 'waiting'],
  )
  await scene.call('PATCH', `/sim/accounts/${appid}/kf/${encodeURIComponent(kf)}`, {
    invite: 'accept',
  })
  assert.deepEqual(
    [(await list())?.['kf_wx'], 'invite_status' in ((await list()) ?? {})],
    ['mei', false],
  )
  assert.equal(
    (
      await api.upload(
        `/customservice/kfaccount/uploadheadimg?kf_account=${encodeURIComponent(kf)}`,
        sample('cat.jpg'),
      )
    )['errcode'],
    0,
  )
  assert.match(String((await list())?.['kf_headimgurl']), /\/mmbiz\//)
  for (let n = 0; n < 99; n++) await add(`n${n}@madeupshop`)
  assert.equal(await add('last@madeupshop'), 65405)
  assert.equal(await code('/customservice/kfaccount/del', { kf_account: kf }), 0)
  assert.equal(
    await code('/customservice/kfaccount/update', { kf_account: kf, nickname: 'x' }),
    65401,
  )
})

test("the simulator supports WeChat's own desk: waiting and served followers, events and records", async (t) => {
  const { scene, api, code } = await open(t)
  const at = `/sim/accounts/${appid}/kf/${encodeURIComponent(kf)}`
  await code('/customservice/kfaccount/add', { kf_account: kf, nickname: '小美' })
  scene.answerWith((pushed, response) => {
    const hand = pushed.body.includes('人工')
    response.end(hand ? textReply('x').replace('[text]', '[transfer_customer_service]') : 'success')
  })
  assert.deepEqual((await scene.say('人工'))['shown'], [])
  assert.equal((await api.ask('/customservice/kfsession/getwaitcase'))['count'], 1)
  assert.equal(await code('/customservice/kfsession/create', { kf_account: kf, openid }), 65402)
  await scene.call('PATCH', at, { wx: 'mei' })
  assert.equal(await code('/customservice/kfsession/create', { kf_account: kf, openid }), 65415)
  await scene.call('PATCH', at, { online: 1 })
  assert.equal(await code('/customservice/kfsession/create', { kf_account: kf, openid }), 0)
  assert.equal(
    (await api.ask(`/customservice/kfsession/getsession?openid=${openid}`))['kf_account'],
    kf,
  )
  assert.equal(
    ((await api.ask('/cgi-bin/customservice/getonlinekflist'))['kf_online_list'] as Json[])[0]?.[
      'accepted_case'
    ],
    1,
  )
  await scene.call('POST', `${at}/say`, { openid, text: '您好' })
  await scene.say('谢谢')
  assert.equal(await code('/customservice/kfsession/close', { kf_account: kf, openid }), 0)
  assert.equal(await code('/customservice/kfsession/close', { kf_account: kf, openid }), 65413)
  const now = Math.floor(Date.now() / 1000)
  const records = await api.ask('/customservice/msgrecord/getmsglist', {
    starttime: now - 60,
    endtime: now + 60,
    msgid: 1,
    number: 10,
  })
  assert.deepEqual(
    (records['recordlist'] as Json[]).map((one) => [one['opercode'], one['text']]),
    [
      [1001, ''],
      [2002, '您好'],
      [2003, '谢谢'],
      [1004, ''],
    ],
  )
  assert.equal(
    await code('/customservice/msgrecord/getmsglist', {
      starttime: 0,
      endtime: 90_000,
      msgid: 1,
      number: 10,
    }),
    65417,
  )
  const events = scene.pushes
    .map((one) => readPush(one.body).fields['Event'])
    .filter((event) => event !== undefined)
  assert.deepEqual(events, ['kf_create_session', 'kf_close_session'])
})

test('in the simulator a visitor of a web page is identified by a code that can be used once', async (t) => {
  const { scene } = await open(t)
  const { code } = await scene.call('POST', `/sim/followers/${openid}/oauth`, {
    appid,
    scope: 'snsapi_userinfo',
  })
  const exchange = () =>
    scene.call(
      'GET',
      `/sns/oauth2/access_token?appid=${appid}&secret=made-up-secret&code=${String(code)}&grant_type=authorization_code`,
    )
  const first = await exchange()
  assert.deepEqual(
    [first['openid'], first['scope'], (await exchange())['errcode']],
    [openid, 'snsapi_userinfo', 40163],
  )
  const at = `access_token=${String(first['access_token'])}&openid=${openid}`
  assert.equal((await scene.call('GET', `/sns/userinfo?${at}`))['nickname'], '小明')
  assert.equal((await scene.call('GET', `/sns/auth?${at}`))['errcode'], 0)
  await scene.advance(7200_000)
  assert.equal((await scene.call('GET', `/sns/userinfo?${at}`))['errcode'], 42001)
  const renewed = await scene.call(
    'GET',
    `/sns/oauth2/refresh_token?appid=${appid}&grant_type=refresh_token&refresh_token=${String(first['refresh_token'])}`,
  )
  assert.equal(renewed['openid'], openid)
})
