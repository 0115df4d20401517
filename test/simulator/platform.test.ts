import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { seal, sign, unseal } from '#simulator/wire/crypto'
import { childText, readXml } from '#simulator/wire/xml'
import { eventually } from '../support/eventually.ts'
import {
  appid,
  closeServer,
  key,
  openid,
  openScene,
  originalId,
  textReply,
  writeSealed,
} from './support.ts'
import type { Ending, Json } from './support.ts'

const componentAppid = 'wxabcdef1234567890'
const component = {
  componentAppid,
  appSecret: 'component-secret',
  token: 'component_token',
  encodingAesKey: key,
}
const box = { encodingAesKey: key, appid: componentAppid }

type Heard = { path: string; xml: string; openid: string | null }

/**
 * A server of a third-party platform. It decrypts what the simulator pushes to the platform, and
 * answers with `state.reply`.
 */
async function open(t: Ending) {
  const heard: Heard[] = []
  const state = { reply: (() => 'success') as (heard: Heard) => string }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const sealed =
        request.method === 'POST'
          ? (childText(readXml(Buffer.concat(chunks).toString()), 'Encrypt') ?? '')
          : ''
      const signed = sign(
        component.token,
        url.searchParams.get('timestamp') ?? '',
        url.searchParams.get('nonce') ?? '',
        sealed,
      )
      if (sealed !== '' && signed !== url.searchParams.get('msg_signature')) {
        response.writeHead(403).end()
        return
      }
      const one = {
        path: url.pathname + (sealed === '' ? url.search : ''),
        xml: sealed === '' ? '' : unseal(sealed, box),
        openid: url.searchParams.get('openid'),
      }
      heard.push(one)
      const reply = state.reply(one)
      response.end(reply === 'success' ? reply : writeSealed(seal(reply, box), component.token))
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => closeServer(server))
  const at = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  const scene = await openScene(t)
  await scene.call('POST', '/sim/components', {
    ...component,
    ticketUrl: `${at}/ticket`,
    callbackUrl: `${at}/wx/$APPID$/callback`,
  })
  const sim = (verb: string, body: Json = {}) =>
    scene.call('POST', `/sim/components/${componentAppid}/${verb}`, body)
  const ask = (name: string, body: Json = {}, token = '') =>
    scene.call(
      'POST',
      `/cgi-bin/component/${name}${token === '' ? '' : `?component_access_token=${token}`}`,
      {
        component_appid: componentAppid,
        ...body,
      },
    )
  const componentToken = async () => {
    await sim('ticket')
    const ticket = childText(readXml(heard.at(-1)?.xml ?? ''), 'ComponentVerifyTicket')
    return String(
      (
        await ask('api_component_token', {
          component_appsecret: component.appSecret,
          component_verify_ticket: ticket,
        })
      )['component_access_token'],
    )
  }
  return { at, scene, heard, state, sim, ask, componentToken }
}

test("the simulator pushes a platform's ticket on request and every ten minutes of its clock, and a ticket is valid for twelve hours", async (t) => {
  const { scene, heard, sim, ask } = await open(t)
  assert.deepEqual([(await sim('ticket'))['outcome'], heard.length], ['ok', 1])
  const root = readXml(heard[0]?.xml ?? '')
  assert.deepEqual(
    [childText(root, 'AppId'), childText(root, 'InfoType')],
    [componentAppid, 'component_verify_ticket'],
  )
  const first = childText(root, 'ComponentVerifyTicket')
  await scene.advance(600_000)
  await eventually(() => {
    assert.equal(heard.length, 2)
  })
  assert.equal(
    (await ask('api_start_push_ticket', { component_secret: component.appSecret }))['errcode'],
    0,
  )
  await eventually(() => {
    assert.equal(heard.length, 3)
  })
  const token = (ticket: unknown) =>
    ask('api_component_token', {
      component_appsecret: component.appSecret,
      component_verify_ticket: ticket,
    })
  assert.equal((await token('made-up'))['errcode'], 61006)
  assert.equal((await token(first))['expires_in'], 7200)
  await scene.advance(12 * 3600_000)
  await eventually(() => {
    assert.equal(heard.length, 4)
  })
  assert.equal((await token(first))['errcode'], 61005)
})

test('in the simulator an owner authorises a platform: it is notified, the browser returns, codes work once, and its tokens act for the account', async (t) => {
  const { at, scene, heard, sim, ask, componentToken } = await open(t)
  const token = await componentToken()
  const pre = String((await ask('api_create_preauthcode', {}, token))['pre_auth_code'])
  const given = await sim('authorize', { appid, redirectUrl: `${at}/back?x=1`, preAuthCode: pre })
  const told = readXml(heard.at(-2)?.xml ?? '')
  assert.deepEqual(
    [
      childText(told, 'InfoType'),
      childText(told, 'AuthorizerAppid'),
      childText(told, 'PreAuthCode'),
    ],
    ['authorized', appid, pre],
  )
  assert.equal(childText(told, 'AuthorizationCode'), given['authCode'])
  assert.match(
    heard.at(-1)?.path ?? '',
    /^\/back\?x=1&auth_code=queryauthcode%40%40%40.+&expires_in=3600$/,
  )
  assert.equal(
    ((await sim('authorize', { appid, preAuthCode: pre })) as { error?: { code: string } }).error
      ?.code,
    'bad_pre_auth_code',
  )
  const info = (await ask('api_query_auth', { authorization_code: given['authCode'] }, token))[
    'authorization_info'
  ] as Json
  assert.equal(info['authorizer_appid'], appid)
  assert.equal(
    (await ask('api_query_auth', { authorization_code: given['authCode'] }, token))['errcode'],
    61009,
  )
  const send = async (access: unknown) =>
    (
      await scene.call('POST', `/cgi-bin/message/custom/send?access_token=${String(access)}`, {
        touser: openid,
        msgtype: 'text',
        text: { content: 'x' },
      })
    )['errcode']
  await scene.happen('CLICK')
  assert.equal(await send(info['authorizer_access_token']), 0)
  const refresh = (authorizer_refresh_token: unknown) =>
    ask('api_authorizer_token', { authorizer_appid: appid, authorizer_refresh_token }, token)
  assert.equal((await refresh('made-up'))['errcode'], 61023)
  assert.equal(
    await send((await refresh(info['authorizer_refresh_token']))['authorizer_access_token']),
    0,
  )
  assert.equal(
    (
      (await ask('api_get_authorizer_info', { authorizer_appid: appid }, token))[
        'authorizer_info'
      ] as Json
    )['user_name'],
    originalId,
  )
  assert.equal(
    (await ask('api_get_authorizer_list', { offset: 0, count: 10 }, token))['total_count'],
    1,
  )
  await sim('unauthorize', { appid })
  assert.equal(childText(readXml(heard.at(-1)?.xml ?? ''), 'InfoType'), 'unauthorized')
  assert.equal(await send(info['authorizer_access_token']), 61003)
})

test("the simulator sends pushes of an authorised account to its platform, encrypted with the platform's key and appid, and reads its answers", async (t) => {
  const { scene, heard, state, sim } = await open(t)
  await scene.say('to its own address')
  assert.equal(scene.pushes.length, 1)
  await sim('authorize', { appid })
  state.reply = () => textReply('via platform')
  const answer = await scene.say('你好')
  assert.deepEqual(
    [heard.at(-1)?.path, heard.at(-1)?.openid, scene.pushes.length],
    [`/wx/${appid}/callback`, openid, 1],
  )
  assert.equal(childText(readXml(heard.at(-1)?.xml ?? ''), 'Content'), '你好')
  assert.equal((answer['shown'] as Json[])[0]?.['text'], 'via platform')
  await sim('unauthorize', { appid })
  await scene.say('back home')
  assert.equal(scene.pushes.length, 2)
})

test('in the simulator a third-party platform may only do what the owner of the account permitted', async (t) => {
  const { scene, sim, ask, componentToken } = await open(t)
  const token = await componentToken()
  const { authCode } = await sim('authorize', { appid, scopes: [2] })
  const info = (await ask('api_query_auth', { authorization_code: authCode }, token))[
    'authorization_info'
  ] as Json
  const access = String(info['authorizer_access_token'])
  assert.equal(
    (await scene.call('POST', `/cgi-bin/message/custom/send?access_token=${access}`, {}))[
      'errcode'
    ],
    61007,
  )
  assert.equal(
    (await scene.call('GET', `/cgi-bin/user/info?access_token=${access}&openid=${openid}`))[
      'subscribe'
    ],
    1,
  )
  await scene.advance(7200_000)
  assert.equal((await ask('api_create_preauthcode', {}, token))['errcode'], 42006)
})

test("the simulator's release test passes a platform that answers correctly, and names what is wrong otherwise", async (t) => {
  const { scene, state, sim, ask, componentToken } = await open(t)
  const failed = (await sim('release-test', { account: 9 })) as { error?: { code: string } }
  assert.equal(failed.error?.code, 'invalid_input')
  const token = await componentToken()
  const answer = (heard: Heard, content: string) => {
    const root = readXml(heard.xml)
    return (
      `<xml><ToUserName>${childText(root, 'FromUserName') ?? ''}</ToUserName><FromUserName>${childText(root, 'ToUserName') ?? ''}</FromUserName>` +
      `<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>${content}</Content></xml>`
    )
  }
  const byApi = async (code: string, touser: string) => {
    const info = (await ask('api_query_auth', { authorization_code: code }, token))[
      'authorization_info'
    ] as Json
    await scene.call(
      'POST',
      `/cgi-bin/message/custom/send?access_token=${String(info['authorizer_access_token'])}`,
      {
        touser,
        msgtype: 'text',
        text: { content: `${code}_from_api` },
      },
    )
  }
  state.reply = (heard) => {
    const content = heard.xml.includes('<Content>')
      ? (childText(readXml(heard.xml), 'Content') ?? '')
      : ''
    if (content === 'TESTCOMPONENT_MSG_TYPE_TEXT') return answer(heard, `${content}_callback`)
    if (content.startsWith('QUERY_AUTH_CODE:')) void byApi(content.slice(16), heard.openid ?? '')
    return heard.xml.includes('<Event>') ? answer(heard, 'LOCATIONfrom_callback') : 'success'
  }
  const passed = (await sim('release-test')) as {
    ok: boolean
    cases: { name: string; ok: boolean }[]
  }
  assert.deepEqual(
    passed.cases.map((one) => [one.name, one.ok]),
    [
      ['ticket', true],
      ['text', true],
      ['api', true],
      ['event', true],
    ],
  )
  const silent = state.reply
  state.reply = (heard) => (heard.xml.includes('<Event>') ? 'success' : silent(heard))
  const report = (await sim('release-test', { account: 1 })) as {
    ok: boolean
    cases: { name: string; ok: boolean }[]
  }
  assert.deepEqual(
    [report.ok, report.cases.filter((one) => !one.ok).map((one) => one.name)],
    [false, ['event']],
  )
})
