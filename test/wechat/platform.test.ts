// A third-party platform: notices under its own keys, URLs that contain an account's appid, and the
// test before its release.
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  appidInUrl,
  decryptMessage,
  encryptMessage,
  messageUrl,
  openNotice,
  openPush,
  readXml,
  releaseTest,
  releaseTestAccounts,
  renderReply,
  signature,
  textOf,
  WechatInputError,
  type EnvelopeKeys,
  type Inbound,
  type PlatformNotice,
} from 'wechat-api-ts'
import { vectors } from './vectors.ts'

const { constants } = vectors
const keys: EnvelopeKeys = {
  appid: constants.component_appid,
  token: constants.token,
  encodingAesKey: constants.encodingAESKey,
}
const vector = (name: string) =>
  vectors.encryption.find((one) => one.name === name) ?? assert.fail(name)

function sealed(
  xml: string,
  appid = keys.appid,
  key = constants.encodingAESKey,
): [URLSearchParams, string] {
  const encrypted = encryptMessage(key, appid, xml)
  const [timestamp, nonce] = ['1760000400', '424244']
  const query = new URLSearchParams({
    timestamp,
    nonce,
    encrypt_type: 'aes',
    msg_signature: signature([keys.token, timestamp, nonce, encrypted]),
  })
  return [
    query,
    `<xml>\n    <AppId><![CDATA[${keys.appid}]]></AppId>\n    <Encrypt><![CDATA[${encrypted}]]></Encrypt>\n</xml>`,
  ]
}

const notice = (inside: string, appId = keys.appid) =>
  openNotice(
    keys,
    ...sealed(
      `<xml><AppId><![CDATA[${appId}]]></AppId><CreateTime>1760000400</CreateTime>${inside}</xml>`,
    ),
  )
const said = ({ fields, ...rest }: PlatformNotice) => {
  assert.ok(textOf(fields, 'AppId'))
  return rest
}
const refused = (error: unknown) => error instanceof WechatInputError

test('the test vector of a ticket notice is read', () => {
  const { url_query: query, body } = vector('component_verify_ticket')
  assert.deepEqual(said(openNotice(keys, new URLSearchParams(query), body ?? '')), {
    kind: 'component_verify_ticket',
    componentAppid: keys.appid,
    createTime: 1760000300,
    ticket: 'ticket@@@made-up-ticket-value',
  })
})

const common = { componentAppid: keys.appid, createTime: 1760000400 }
const granted =
  '<AuthorizerAppid>wx1</AuthorizerAppid><AuthorizationCode>queryauthcode@@@x</AuthorizationCode><AuthorizationCodeExpiredTime>1760004000</AuthorizationCodeExpiredTime><PreAuthCode>pre@@@y</PreAuthCode>'
for (const kind of ['authorized', 'updateauthorized']) {
  test(`the notice ${kind} contains a code and its time of expiry`, () => {
    assert.deepEqual(said(notice(`<InfoType>${kind}</InfoType>${granted}`)), {
      ...common,
      kind,
      authorizerAppid: 'wx1',
      authorizationCode: 'queryauthcode@@@x',
      codeExpiresAt: 1760004000,
      preAuthCode: 'pre@@@y',
    })
    assert.throws(
      () => notice(`<InfoType>${kind}</InfoType><AuthorizerAppid>wx1</AuthorizerAppid>`),
      refused,
    )
  })
}

test('the notice unauthorized names the account, and an unknown notice keeps its raw fields', () => {
  assert.deepEqual(
    said(notice('<InfoType>unauthorized</InfoType><AuthorizerAppid>wx1</AuthorizerAppid>')),
    { ...common, kind: 'unauthorized', authorizerAppid: 'wx1' },
  )
  const other = notice('<InfoType>notify_third_fasteregister</InfoType><status>0</status>')
  assert.deepEqual(said(other), {
    ...common,
    kind: 'unknown',
    infoType: 'notify_third_fasteregister',
  })
  assert.equal(textOf(other.fields, 'status'), '0')
})

test('a notice that is for another platform, has no type, is unsigned or has another key is refused', () => {
  const ticket =
    '<InfoType>component_verify_ticket</InfoType><ComponentVerifyTicket>x</ComponentVerifyTicket>'
  assert.equal(notice(ticket).kind, 'component_verify_ticket')
  assert.throws(() => notice(ticket, 'wx0000000000000000'), refused)
  assert.throws(() => notice(''), refused)
  assert.throws(() => notice('<InfoType>component_verify_ticket</InfoType>'), refused)
  const [query, body] = sealed(`<xml><AppId>${keys.appid}</AppId>${ticket}</xml>`)
  assert.throws(() => openNotice({ ...keys, token: 'other' }, query, body), refused)
  assert.throws(
    () => openNotice({ ...keys, encodingAesKey: constants.encodingAESKey_second }, query, body),
    refused,
  )
  assert.equal(
    openNotice(
      {
        ...keys,
        encodingAesKey: constants.encodingAESKey_second,
        previousEncodingAesKey: constants.encodingAESKey,
      },
      query,
      body,
    ).kind,
    'component_verify_ticket',
  )
  assert.throws(
    () =>
      openNotice(
        keys,
        ...sealed(`<xml><AppId>${keys.appid}</AppId>${ticket}</xml>`, constants.appid),
      ),
    refused,
  )
})

test("an account's message is decrypted and answered with the keys of the platform that acts for it", () => {
  const { url_query: query, body } = vector('component_forwarded_message')
  const { inbound, seal } = openPush(
    { ...keys, mode: 'safe' },
    new URLSearchParams(query),
    body ?? '',
  )
  assert.equal(inbound.kind === 'text' && inbound.content, 'via third-party platform')
  const answer = readXml(seal('<xml>x</xml>', 5))
  assert.equal(
    decryptMessage(constants.encodingAESKey, keys.appid, textOf(answer, 'Encrypt')),
    '<xml>x</xml>',
  )
  assert.throws(
    () =>
      openPush(
        { ...keys, appid: constants.appid, mode: 'safe' },
        new URLSearchParams(query),
        body ?? '',
      ),
    refused,
  )
})

test('the appid that was put into a message URL is found in it again', () => {
  const appid = 'wx570bc396a51b8ff8'
  for (const template of [
    'https://desk.example.com/wx/$APPID$/callback',
    'https://desk.example.com/wechat/$APPID$',
  ]) {
    const url = messageUrl(template, appid)
    assert.ok(url.includes(appid) && !url.includes('$'))
    const path = new URL(url).pathname
    for (const same of [
      url,
      path,
      `${path}?signature=x&openid=y`,
      url.replace('desk.example.com', '127.0.0.1:3000'),
    ]) {
      assert.equal(appidInUrl(template, same), appid)
    }
    for (const other of [
      path.replace(appid, 'wx1'),
      path.replace(appid, ''),
      `${path}/x`,
      `/x${path}`,
      path.replace(appid, `${appid}/${appid}`),
      '/',
      '',
    ]) {
      assert.equal(appidInUrl(template, other), null, other)
    }
  }
  assert.equal(appidInUrl('https://desk.example.com/wechat', '/wechat'), null)
})

function pushed(originalId: string, inside: string): Inbound {
  const xml = `<xml><ToUserName>${originalId}</ToUserName><FromUserName>oTester</FromUserName><CreateTime>1760000400</CreateTime>${inside}</xml>`
  return openPush({ ...keys, mode: 'safe' }, ...sealed(xml)).inbound
}

test("the five accounts of WeChat's release test get the expected answers, and no other account does", () => {
  const text = (content: string) =>
    `<MsgType>text</MsgType><Content>${content}</Content><MsgId>1</MsgId>`
  const event = '<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>1</Latitude>'
  assert.equal(releaseTestAccounts.length, 5)
  for (const { originalId } of releaseTestAccounts) {
    const wanted = (inside: string) => releaseTest(pushed(originalId, inside))
    assert.deepEqual(wanted(text('TESTCOMPONENT_MSG_TYPE_TEXT')), {
      kind: 'reply',
      text: 'TESTCOMPONENT_MSG_TYPE_TEXT_callback',
    })
    assert.deepEqual(wanted(text('QUERY_AUTH_CODE:queryauthcode@@@abc')), {
      kind: 'exchange',
      authorizationCode: 'queryauthcode@@@abc',
      text: 'queryauthcode@@@abc_from_api',
    })
    assert.deepEqual(wanted(event), { kind: 'reply', text: 'LOCATIONfrom_callback' })
    for (const other of [
      text('hello'),
      text('QUERY_AUTH_CODE:'),
      text('x TESTCOMPONENT_MSG_TYPE_TEXT'),
      '<MsgType>image</MsgType>',
    ]) {
      assert.equal(wanted(other), null)
    }
  }
  for (const inside of [text('TESTCOMPONENT_MSG_TYPE_TEXT'), text('QUERY_AUTH_CODE:abc'), event]) {
    assert.equal(releaseTest(pushed(constants.originalId, inside)), null)
  }
})

test("the answer to WeChat's release test is encrypted with the platform's keys", () => {
  const [account] = releaseTestAccounts
  const originalId = account?.originalId ?? ''
  const xml = `<xml><ToUserName>${originalId}</ToUserName><FromUserName>oTester</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>TESTCOMPONENT_MSG_TYPE_TEXT</Content><MsgId>1</MsgId></xml>`
  const { inbound, seal } = openPush({ ...keys, mode: 'safe' }, ...sealed(xml))
  const step = releaseTest(inbound)
  assert.ok(step)
  const answer = readXml(
    seal(
      renderReply(
        { openid: inbound.openid, originalId: inbound.toUserName },
        { type: 'text', text: step.text },
        2,
      ),
    ),
  )
  const opened = readXml(
    decryptMessage(constants.encodingAESKey, keys.appid, textOf(answer, 'Encrypt')) ?? '',
  )
  assert.deepEqual(
    [opened['Content'], opened['ToUserName'], opened['FromUserName']],
    ['TESTCOMPONENT_MSG_TYPE_TEXT_callback', 'oTester', originalId],
  )
})
