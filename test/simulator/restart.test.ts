import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sample } from 'wechat-simulator'
import { appid, folder, key, openApi, openid, openScene, textReply } from './support.ts'
import type { Json } from './support.ts'

test('everything created in the simulator survives a restart: media, menus, tags, codes, names, templates, platforms, tokens and quotas', async (t) => {
  const dataDir = folder()
  const scene = await openScene(t, { dataDir })
  const api = await openApi(scene)
  const { media_id: media } = await api.upload(
    '/cgi-bin/media/upload?type=image',
    sample('cat.jpg'),
  )
  await api.ask('/cgi-bin/menu/create', { button: [{ type: 'click', name: 'x', key: 'k' }] })
  await api.ask('/cgi-bin/tags/create', { tag: { name: 'vip' } })
  const code = await api.ask('/cgi-bin/qrcode/create', {
    action_name: 'QR_LIMIT_SCENE',
    action_info: { scene: { scene_id: 5 } },
  })
  await api.ask('/customservice/kfaccount/add', { kf_account: 'a@b', nickname: 'n' })
  await api.ask('/cgi-bin/user/info/updateremark', { openid, remark: 'kept' })
  await scene.call('POST', `/sim/accounts/${appid}/templates`, {
    templateId: 'T1',
    title: 't',
    content: '{{thing1.DATA}}',
  })
  await scene.call('POST', '/sim/components', {
    componentAppid: 'wxc',
    appSecret: 's',
    token: 't',
    encodingAesKey: key,
    ticketUrl: 'http://127.0.0.1:1/',
    callbackUrl: 'http://127.0.0.1:1/$APPID$',
  })
  await scene.change({ limits: { '/cgi-bin/user/get': 1 } })
  await api.ask('/cgi-bin/user/get')
  await scene.say('hello')
  assert.equal(await api.send('text', { content: '1' }), 0)
  const used = await api.ask('/cgi-bin/openapi/quota/get', { cgi_path: '/cgi-bin/media/upload' })
  const token = api.token()
  await scene.close()

  const again = await openScene(t, { dataDir })
  const ask = async (path: string, body?: unknown) =>
    again.call(
      body === undefined ? 'GET' : 'POST',
      `${path}${path.includes('?') ? '&' : '?'}access_token=${token}`,
      body,
    )
  const bytes = await (
    await fetch(`${again.url}/cgi-bin/media/get?access_token=${token}&media_id=${String(media)}`)
  ).arrayBuffer()
  assert.deepEqual(Buffer.from(bytes), sample('cat.jpg'))
  assert.equal(((await ask('/cgi-bin/menu/get'))['menu'] as { button: unknown[] }).button.length, 1)
  assert.equal(((await ask('/cgi-bin/tags/get'))['tags'] as unknown[]).length, 2)
  assert.equal(
    (
      await ask('/cgi-bin/qrcode/create', {
        action_name: 'QR_LIMIT_SCENE',
        action_info: { scene: { scene_id: 5 } },
      })
    )['ticket'],
    code['ticket'],
  )
  assert.equal(((await ask('/cgi-bin/customservice/getkflist'))['kf_list'] as unknown[]).length, 1)
  assert.equal((await ask(`/cgi-bin/user/info?openid=${openid}`))['remark'], 'kept')
  assert.equal(
    ((await ask('/cgi-bin/template/get_all_private_template'))['template_list'] as unknown[])
      .length,
    1,
  )
  assert.equal(
    ((await again.call('GET', '/sim/components'))['items'] as Json[])[0]?.['componentAppid'],
    'wxc',
  )
  assert.equal((await ask('/cgi-bin/user/get'))['errcode'], 45009)
  assert.deepEqual(
    await ask('/cgi-bin/openapi/quota/get', { cgi_path: '/cgi-bin/media/upload' }),
    used,
  )
  for (const n of [2, 3, 4, 5]) {
    assert.equal(
      (
        await ask('/cgi-bin/message/custom/send', {
          touser: openid,
          msgtype: 'text',
          text: { content: String(n) },
        })
      )['errcode'],
      0,
    )
  }
  assert.equal(
    (
      await ask('/cgi-bin/message/custom/send', {
        touser: openid,
        msgtype: 'text',
        text: { content: '6' },
      })
    )['errcode'],
    45047,
  )
})

test('after a restart the simulator shows no second answer to a message that was answered before', async (t) => {
  const dataDir = folder()
  const scene = await openScene(t, { dataDir })
  scene.answerWith((_pushed, response) => {
    response.end(textReply('once'))
  })
  const { msgId } = await scene.say('x')
  await scene.close()
  const again = await openScene(t, { dataDir })
  again.answerWith((_pushed, response) => {
    response.end(textReply('twice'))
  })
  assert.deepEqual((await again.say('x', { msgId }))['shown'], [])
  assert.deepEqual(
    (await again.inbox()).map((one) => one['text']),
    ['once'],
  )
})

test('the simulator reads a folder written by its first version', async (t) => {
  const dataDir = folder()
  writeFileSync(
    join(dataDir, 'state.json'),
    JSON.stringify({
      advanceMs: 5000,
      lastMsgId: '7',
      tokens: [],
      accounts: [
        {
          appid: 'wxold',
          appSecret: 's',
          token: 't',
          encodingAesKey: '',
          mode: 'plain',
          callbackUrl: 'http://127.0.0.1:1/',
          originalId: 'gh',
          name: 'old',
        },
      ],
      followers: [
        {
          appid: 'wxold',
          openid: 'oOld',
          nickname: 'n',
          subscribed: true,
          createdAt: '2026-01-01T00:00:00.000Z',
          window: null,
          lastExchangeAt: 0,
          typingUntil: 0,
        },
      ],
    }),
  )
  const scene = await openScene(t, { dataDir })
  const { access_token: token } = await scene.call(
    'GET',
    '/cgi-bin/token?grant_type=client_credential&appid=wxold&secret=s',
  )
  assert.deepEqual(
    (await scene.call('GET', `/cgi-bin/user/info?access_token=${String(token)}&openid=oOld`))[
      'tagid_list'
    ],
    [],
  )
})
