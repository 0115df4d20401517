import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sample } from 'wechat-simulator'
import { eventually } from '../support/eventually.ts'
import { appid, openApi, openid, openScene } from './support.ts'
import type { Ending, Json } from './support.ts'

async function open(t: Ending) {
  const scene = await openScene(t)
  const api = await openApi(scene)
  const heard = async (event: string): Promise<string> => {
    await eventually(() => {
      assert.ok(scene.pushes.some((one) => one.body.includes(event)))
    })
    return scene.pushes.findLast((one) => one.body.includes(event))?.body ?? ''
  }
  return { scene, api, heard }
}

test('in the simulator a template message needs no reply window, is limited in length, and its result comes as an event', async (t) => {
  const { scene, api, heard } = await open(t)
  await scene.call('POST', `/sim/accounts/${appid}/templates`, {
    templateId: 'T1',
    title: '订单',
    content: '单号：{{character_string1.DATA}}',
  })
  const send = (more: Json = {}) =>
    api.ask('/cgi-bin/message/template/send', {
      touser: openid,
      template_id: 'T1',
      data: { character_string1: { value: 'A1' } },
      ...more,
    })
  const sent = await send({ client_msg_id: 'c1' })
  assert.deepEqual(
    [sent['errcode'], (await send({ client_msg_id: 'c1' }))['msgid']],
    [0, sent['msgid']],
  )
  assert.match(
    await heard('TEMPLATESENDJOBFINISH'),
    new RegExp(`<MsgID>${String(sent['msgid'])}</MsgID>\n<Status><!\\[CDATA\\[success\\]\\]>`),
  )
  assert.deepEqual(
    (await scene.inbox()).map((one) => [one['way'], one['text']]),
    [['template', '订单\n单号：A1']],
  )
  assert.equal((await send({ template_id: 'T2' }))['errcode'], 40037)
  assert.equal((await send({ data: { thing1: { value: 'x'.repeat(21) } } }))['errcode'], 47003)
  await scene.call('PATCH', `/sim/followers/${openid}`, { appid, blocked: true })
  await send()
  assert.match(await heard('failed:user block'), /TEMPLATESENDJOBFINISH/)
  await scene.happen('unsubscribe')
  assert.equal((await send())['errcode'], 43004)
  const added = await api.ask('/cgi-bin/template/api_add_template', { template_id_short: 'TM1' })
  assert.equal(
    ((await api.ask('/cgi-bin/template/get_all_private_template'))['template_list'] as Json[])
      .length,
    2,
  )
  assert.equal(
    (
      await api.ask('/cgi-bin/template/del_private_template', { template_id: added['template_id'] })
    )['errcode'],
    0,
  )
})

test('in the simulator a subscription notice can be sent as often as the follower allowed', async (t) => {
  const { scene, api, heard } = await open(t)
  await scene.call('POST', `/sim/accounts/${appid}/templates`, {
    templateId: 'N1',
    kind: 'notice',
    title: '通知',
    content: '{{thing1.DATA}}',
  })
  const send = async () =>
    (
      await api.ask('/cgi-bin/message/subscribe/bizsend', {
        touser: openid,
        template_id: 'N1',
        data: { thing1: { value: '到货' } },
      })
    )['errcode']
  assert.equal(await send(), 43101)
  await scene.happen('subscribe_msg_popup_event', {
    subscribeMsgPopupEvent: {
      list: [{ templateId: 'N1', subscribeStatusString: 'accept', popupScene: '2' }],
    },
  })
  assert.deepEqual([await send(), await send()], [0, 43101])
  assert.match(await heard('subscribe_msg_sent_event'), /<ErrorCode>0<\/ErrorCode>/)
})

test('in the simulator a mass message reaches all followers, within the quota and once per client id', async (t) => {
  const { scene, api, heard } = await open(t)
  await scene.call('POST', '/sim/followers', { appid, openid: 'oSecond' })
  const all = (more: Json = {}) =>
    api.ask('/cgi-bin/message/mass/sendall', {
      filter: { is_to_all: true },
      msgtype: 'text',
      text: { content: '大家好' },
      ...more,
    })
  const first = await all({ clientmsgid: 'm1' })
  assert.match(
    await heard('MASSSENDJOBFINISH'),
    /<TotalCount>2<\/TotalCount>\n<FilterCount>2<\/FilterCount>\n<SentCount>2<\/SentCount>/,
  )
  const again = await all({ clientmsgid: 'm1' })
  assert.deepEqual([again['errcode'], again['msg_id']], [45065, first['msg_id']])
  assert.deepEqual(
    (await scene.inbox()).map((one) => [one['way'], one['text']]),
    [['mass', '大家好']],
  )
  assert.equal(
    (
      await api.ask('/cgi-bin/message/mass/send', {
        touser: [openid],
        msgtype: 'text',
        text: { content: 'x' },
      })
    )['errcode'],
    40130,
  )
  for (let n = 0; n < 3; n++) assert.equal((await all())['errcode'], 0)
  assert.equal((await all())['errcode'], 45028)
  assert.equal(
    (await api.ask('/cgi-bin/message/mass/get', { msg_id: first['msg_id'] }))['msg_status'],
    'SEND_SUCCESS',
  )
  assert.equal(
    (
      await api.ask('/cgi-bin/message/mass/preview', {
        touser: openid,
        msgtype: 'image',
        image: { media_id: 'no' },
      })
    )['errcode'],
    40007,
  )
})

test('in the simulator a mass message to a tag reaches those followers who have it', async (t) => {
  const { scene, api } = await open(t)
  await scene.call('POST', '/sim/followers', { appid, openid: 'oSecond' })
  const { tag } = await api.ask('/cgi-bin/tags/create', { tag: { name: 'vip' } })
  const { id } = tag as { id: number }
  await api.ask('/cgi-bin/tags/members/batchtagging', { openid_list: [openid], tagid: id })
  const send = async (filter: Json) =>
    (
      await api.ask('/cgi-bin/message/mass/sendall', {
        filter,
        msgtype: 'text',
        text: { content: '会员好' },
      })
    )['errcode']
  assert.equal(await send({ is_to_all: false, tag_id: id }), 0)
  assert.deepEqual(
    (await scene.inbox()).map((one) => [one['way'], one['text']]),
    [['mass', '会员好']],
  )
  const second = await scene.call('GET', `/sim/followers/oSecond/inbox?appid=${appid}`)
  assert.deepEqual(second['items'], [])
  assert.equal(await send({ is_to_all: false }), 45159)
})

test('in the simulator permanent material does not expire, and a published draft gets an article id', async (t) => {
  const { scene, api, heard } = await open(t)
  const image = await api.upload(
    '/cgi-bin/material/add_material?type=image',
    sample('cat.jpg'),
    '猫.jpg',
  )
  await scene.advance(4 * 24 * 3600_000)
  const fetched = await (
    await openApi(scene)
  ).ask('/cgi-bin/material/batchget_material', { type: 'image', offset: 0, count: 20 })
  assert.deepEqual(
    [fetched['total_count'], (fetched['item'] as Json[])[0]?.['name']],
    [1, '猫.jpg'],
  )
  await scene.say('hello')
  assert.equal(await (await openApi(scene)).send('image', { media_id: image['media_id'] }), 0)
  const fresh = await openApi(scene)
  const draft = await fresh.ask('/cgi-bin/draft/add', { articles: [{ title: 't', content: 'c' }] })
  assert.equal(
    (await fresh.ask('/cgi-bin/freepublish/submit', { media_id: draft['media_id'] }))['errcode'],
    0,
  )
  const id = /<article_id><!\[CDATA\[([^\]]+)/.exec(await heard('PUBLISHJOBFINISH'))?.[1]
  assert.equal(
    (
      (await fresh.ask('/cgi-bin/freepublish/getarticle', { article_id: id }))[
        'news_item'
      ] as Json[]
    )[0]?.['title'],
    't',
  )
  assert.deepEqual(await fresh.ask('/cgi-bin/material/get_materialcount'), {
    voice_count: 0,
    video_count: 0,
    image_count: 1,
    news_count: 0,
  })
  assert.equal(
    (await fresh.ask('/cgi-bin/material/del_material', { media_id: image['media_id'] }))['errcode'],
    0,
  )
  assert.equal(
    (await fresh.ask('/cgi-bin/material/get_material', { media_id: image['media_id'] }))['errcode'],
    40007,
  )
})
