// The OpenAPI document also describes what stands outside the list of routes: what monitoring asks,
// the API's documentation, and where WeChat pushes.
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import express from 'express'
import { encryptMessage, signature } from 'wechat-api-ts'
import { doors } from '../../src/http/doors.ts'
import { testAccount, openHouse, type House } from '../support/app.ts'
import { undescribed } from '../support/answers.ts'
import { documented } from '../support/documented.ts'
import { rawPush, signed, textXml } from '../support/raw-push.ts'
import { operationOf } from '../support/route-calls.ts'

const platform = {
  componentAppid: 'wxabcdef1234567890',
  appSecret: 'componentsecret0123456789abcdef0',
  token: 'componenttoken',
  encodingAesKey: 'ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkj',
}

/** Collects the paths that are registered with the framework from now on. */
function watchRegistered(t: TestContext): Set<string> {
  const registered = new Set<string>()
  const framework = express.application as unknown as Record<string, (...given: any[]) => unknown>
  for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
    const register = framework[method]
    assert.ok(register)
    t.after(() => {
      framework[method] = register
    })
    framework[method] = function (this: unknown, path: unknown, ...handlers) {
      // with a single argument Express's `get` reads a setting and registers no path
      if (handlers.length > 0) registered.add(operationOf({ method, path: String(path) }))
      return register.call(this, path, ...handlers)
    }
  }
  return registered
}

async function notice(house: House): Promise<Response> {
  assert.equal((await house.admin.call('POST', '/api/platforms', platform)).status, 201)
  const { componentAppid, token, encodingAesKey } = platform
  const xml = `<xml><AppId>${componentAppid}</AppId><CreateTime>1</CreateTime><InfoType>component_verify_ticket</InfoType><ComponentVerifyTicket>ticket@@@1</ComponentVerifyTicket></xml>`
  const sealed = encryptMessage(encodingAesKey, componentAppid, xml)
  const query = new URLSearchParams({
    timestamp: '1760000000',
    nonce: '1',
    encrypt_type: 'aes',
    msg_signature: signature([token, '1760000000', '1', sealed]),
  })
  return fetch(`${house.url}/wechat/platform/${componentAppid}?${query.toString()}`, {
    method: 'POST',
    body: `<xml><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`,
  })
}

const json = {
  ToUserName: 'gh_1',
  FromUserName: 'oDoor',
  CreateTime: 1,
  MsgType: 'text',
  Content: '你好',
  MsgId: '3',
}
/** For each operation, calls that must succeed, each with a part of the answer. */
const calls: Record<string, [call: (house: House) => Promise<Response>, says: RegExp][]> = {
  getHealth: [[({ url }) => fetch(`${url}/healthz`), /^\{"ok":true\}$/]],
  getReadiness: [[({ url }) => fetch(`${url}/readyz`), /^\{"ready":true\}$/]],
  getMetrics: [[({ urls }) => fetch(`${urls[0] ?? ''}/metrics`), /^kefu_push_seconds_count 0$/m]],
  getDocs: [[({ url }) => fetch(`${url}/api/docs`), /^<!doctype html>/]],
  getDocsFile: [
    [({ url }) => fetch(`${url}/api/docs/start.js`), /^SwaggerUIBundle/],
    [({ url }) => fetch(`${url}/api/docs/swagger-ui.css`), /swagger-ui/],
    [({ url }) => fetch(`${url}/api/docs/swagger-ui-bundle.js`), /SwaggerUIBundle/],
  ],
  checkCallback: [
    [({ url }) => fetch(`${url}/wechat/${testAccount.appid}?${signed()}&echostr=17`), /^17$/],
  ],
  receivePush: [
    [(house) => rawPush(house, textXml('oDoor', '1', '随便说说')), /^success$/],
    [(house) => rawPush(house, textXml('oDoor', '2', '你好')), /^<xml>.*您好/s],
    [(house) => rawPush(house, JSON.stringify(json)), /^\{"/],
  ],
  receiveNotice: [[notice, /^success$/]],
}

/** For each status of a refusal, a call that must be refused with it. */
const refusals: Record<number, (house: House) => Promise<Response>> = {
  400: (house) => rawPush(house, '<!DOCTYPE a><xml/>'),
  403: (house) => rawPush(house, '<xml/>', 'signature=wrong'),
  404: ({ url }) => fetch(`${url}/wechat/wx9999999999999999?${signed()}`),
  413: (house) => rawPush(house, 'x'.repeat(2_000_000)),
}

async function faultOf(answer: Response, method: string, url: string): Promise<string | null> {
  const { status, headers } = answer
  const text = await answer.text()
  const type = headers.get('content-type')
  const body: unknown = type?.startsWith('application/json') ? JSON.parse(text) : text
  return undescribed({ method, url }, { status, type, body })
}

void test('every address that the server serves, besides the console, is an operation of the OpenAPI document, and the document has no other', async (t) => {
  const registered = watchRegistered(t)
  const house = await openHouse()
  t.after(() => house.close())
  assert.ok(registered.size > 80)
  const pushes = doors.map(operationOf).filter((one) => one.includes(' /wechat/'))
  assert.deepEqual([...(await documented(house)).keys()].sort(), [...registered, ...pushes].sort())
})

void test('what monitoring asks, the documentation and the addresses of pushes answer as the OpenAPI document says, also if they refuse', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const operations = await documented(house)
  for (const door of doors) {
    const { operationId, description, responses } = operations.get(operationOf(door))
    assert.ok(description)
    assert.ok(responses[200] && responses.default)
    for (const [call, says] of calls[operationId] ?? []) {
      const answer = await call(house)
      assert.equal(answer.status, 200, operationOf(door))
      assert.match(await answer.clone().text(), says)
      assert.equal(await faultOf(answer, door.method, answer.url), null)
    }
  }
  assert.deepEqual(Object.keys(calls).sort(), doors.map((door) => door.operationId).sort())
  for (const [status, call] of Object.entries(refusals)) {
    const answer = await call(house)
    assert.equal(String(answer.status), status)
    assert.equal(await faultOf(answer, status === '404' ? 'GET' : 'POST', answer.url), null)
  }
})
