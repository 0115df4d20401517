// The webhook in a user's program: under Express and node:http, before or behind body parsers, in
// every mode of encryption.
import assert from 'node:assert/strict'
import { once as happens } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import express from 'express'
import {
  decryptMessage,
  encryptMessage,
  onceInMemory,
  openPush,
  readXml,
  signature,
  textOf,
  webhook,
  WechatInputError,
  type Inbound,
  type MaybeReply,
  type WebhookHandler,
  type WebhookOptions,
  type WebhookRequest,
} from 'wechat-api-ts'
import { cpuMs } from '../support/cpu.ts'
import { eventually } from '../support/eventually.ts'
import { vectors } from './vectors.ts'

const {
  constants: { appid, token, originalId, openid, encodingAESKey },
} = vectors
const plain: WebhookOptions = { appid, token, encodingAesKey: null, mode: 'plain' }
const safe: WebhookOptions = { appid, token, encodingAesKey: encodingAESKey, mode: 'safe' }

async function listen(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await happens(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/wechat`
}

const door = (t: TestContext, options: WebhookOptions, handler: WebhookHandler<WebhookRequest>) => {
  const serve = webhook(options, handler)
  return listen(t, (request, response) => {
    void serve(request, response)
  })
}

const textXml = (content: string, msgId = '1') =>
  `<xml><ToUserName><![CDATA[${originalId}]]></ToUserName>\n<FromUserName><![CDATA[${openid}]]></FromUserName>\n` +
  `<CreateTime>1760000000</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[${content}]]></Content>\n<MsgId>${msgId}</MsgId>\n</xml>`
const now = () => String(Math.floor(Date.now() / 1000))

function plainQuery(timestamp = now(), nonce = '42'): string {
  return new URLSearchParams({
    signature: signature([token, timestamp, nonce]),
    timestamp,
    nonce,
    openid,
  }).toString()
}

function sealedPush(xml: string, timestamp = now()): { query: string; body: string } {
  const encrypted = encryptMessage(encodingAESKey, appid, xml)
  const msg_signature = signature([token, timestamp, '42', encrypted])
  const query = new URLSearchParams({
    timestamp,
    nonce: '42',
    encrypt_type: 'aes',
    msg_signature,
    signature: 'x',
  }).toString()
  return {
    query,
    body: `<xml><ToUserName><![CDATA[${originalId}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
  }
}

async function post(
  url: string,
  body: string,
  query = plainQuery(),
): Promise<{ status: number; body: string; type: string | null }> {
  const response = await fetch(`${url}?${query}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/xml' },
  })
  return {
    status: response.status,
    body: await response.text(),
    type: response.headers.get('content-type'),
  }
}

/**
 * Lets handlers wait until the test lets them continue, so that a push can arrive again in the
 * meantime.
 */
function gate(): { opened: Promise<unknown>; open: () => void } {
  let open = () => undefined as unknown
  const opened = new Promise((resolve) => {
    open = () => {
      resolve(null)
    }
  })
  return {
    opened,
    open: () => {
      open()
    },
  }
}

const success = { status: 200, body: 'success', type: 'text/plain; charset=utf-8' }

test('a webhook of ten lines answers a follower', async (t) => {
  const app = express()
  app.use(
    '/wechat',
    webhook(plain, (inbound) => {
      if (inbound.kind === 'text') return `您好：${inbound.content}`
    }),
  )
  const url = await listen(t, app)
  const { status, body, type } = await post(url, textXml('在吗]]>'))
  assert.deepEqual([status, type], [200, 'application/xml; charset=utf-8'])
  const answer = readXml(body)
  assert.deepEqual(
    ['ToUserName', 'FromUserName', 'MsgType', 'Content'].map((name) => answer[name]),
    [openid, originalId, 'text', '您好：在吗]]>'],
  )
  assert.ok(Math.abs(Number(answer['CreateTime']) - Number(now())) <= 1)
  assert.deepEqual(
    await post(
      url,
      '<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime><MsgType>hologram</MsgType></xml>',
    ),
    success,
  )
})

test('the check of the server address is answered with echostr, but only to WeChat', async (t) => {
  const url = await door(t, safe, () => null)
  const response = await fetch(`${url}?${plainQuery()}&echostr=%3Cb%3E7`)
  assert.deepEqual(
    [response.status, await response.text(), response.headers.get('content-type')],
    [200, '<b>7', 'text/plain; charset=utf-8'],
  )
  for (const query of [
    'echostr=7',
    `${plainQuery().replace('signature=', 'signature=0')}&echostr=7`,
    `${plainQuery()}&nonce=42&echostr=7`,
    'encrypt_type=aes&echostr=7',
    `${plainQuery(String(Number(now()) - 301))}&echostr=7`,
  ]) {
    const refused = await fetch(`${url}?${query}`)
    assert.deepEqual([refused.status, await refused.text()], [403, 'bad_signature'], query)
  }
})

test('an encrypted push to the webhook is answered encrypted', async (t) => {
  const url = await door(t, safe, (inbound) =>
    inbound.kind === 'text' ? { type: 'image', mediaId: inbound.content } : null,
  )
  const { query, body } = sealedPush(textXml('m1'))
  const answer = readXml((await post(url, body, query)).body)
  const [encrypted, timestamp] = [textOf(answer, 'Encrypt'), textOf(answer, 'TimeStamp')]
  assert.equal(answer['MsgSignature'], signature([token, timestamp, '42', encrypted]))
  const opened = readXml(decryptMessage(encodingAESKey, appid, encrypted) ?? '')
  assert.deepEqual(
    [opened['MsgType'], JSON.stringify(opened['Image'])],
    ['image', '{"MediaId":"m1"}'],
  )
})

test('a request that is not from WeChat or cannot be read never reaches the handler', async (t) => {
  const reached: Inbound[] = []
  const errors: unknown[] = []
  const url = await door(
    t,
    {
      ...safe,
      onError: (error) => {
        errors.push(error)
      },
    },
    (inbound) => {
      reached.push(inbound)
      return null
    },
  )
  const { query, body } = sealedPush(textXml('x'))
  const garbled = sealedPush('<!DOCTYPE xml><xml/>')
  assert.equal(
    (await post(url, body, query.replace('msg_signature=', 'msg_signature=0'))).status,
    403,
  )
  assert.equal((await post(url, textXml('x'))).status, 400)
  assert.equal((await post(url, garbled.body, garbled.query)).status, 400)
  assert.equal((await post(url, `${body}${' '.repeat(1_100_000)}`, query)).status, 400)
  assert.equal((await post(url, '', query)).status, 400)
  assert.deepEqual([reached.length, errors.length], [0, 5])
  assert.ok(errors.every((error) => error instanceof WechatInputError))
  assert.deepEqual(await post(url, body, query), success)
  assert.equal(reached.length, 1)
})

test('the signed URL of a plain push is accepted for five minutes, or for the configured time', async (t) => {
  const old = plainQuery(String(Number(now()) - 301))
  const url = await door(t, plain, () => null)
  for (const timestamp of [String(Number(now()) + 330), '', 'soon', '1e9']) {
    assert.equal((await post(url, textXml('x'), plainQuery(timestamp))).status, 403)
  }
  assert.equal((await post(url, textXml('x'), old)).status, 403)
  assert.equal((await post(url, textXml('x'), plainQuery(String(Number(now()) - 290)))).status, 200)
  const patient = await door(t, { ...plain, freshForSeconds: Infinity }, () => null)
  assert.equal((await post(patient, textXml('x'), old)).status, 200)
})

const parsers: [string, express.RequestHandler][] = [
  [
    'no parser',
    (_request, _response, next) => {
      next()
    },
  ],
  ['express.json', express.json()],
  ['express.urlencoded', express.urlencoded()],
  ['express.text', express.text({ type: () => true })],
  ['express.raw', express.raw({ type: () => true })],
]
for (const [name, parser] of parsers) {
  test(`behind ${name} the webhook reads and answers an encrypted push`, async (t) => {
    const app = express().use(parser)
    app.post(
      '/wechat',
      webhook(safe, (inbound) => (inbound.kind === 'text' ? inbound.content : null)),
    )
    const { query, body } = sealedPush(textXml('你好'))
    const answer = readXml((await post(await listen(t, app), body, query)).body)
    assert.match(decryptMessage(encodingAESKey, appid, textOf(answer, 'Encrypt')) ?? '', /你好/)
  })
}

test('if a body parser has consumed the body, the error says so instead of calling the push a forgery', async (t) => {
  const errors: unknown[] = []
  const app = express().use((request, _response, next) => {
    request
      .on('data', () => undefined)
      .on('end', () => {
        request.body = { xml: {} }
        next()
      })
  })
  app.post(
    '/wechat',
    webhook(
      {
        ...plain,
        onError: (error) => {
          errors.push(error)
        },
      },
      () => null,
    ),
  )
  assert.equal((await post(await listen(t, app), textXml('x'))).status, 500)
  assert.match(String(errors[0]), /body parser/)
})

test('under a framework such as Express a handler of pushes gets the request of that framework, with its type', async (t) => {
  const app = express()
  app.use(
    '/wx/:appid/callback',
    webhook(plain, (_inbound, request: express.Request) => request.baseUrl),
  )
  const url = (await listen(t, app)).replace('/wechat', '/wx/wx1/callback')
  assert.equal(readXml((await post(url, textXml('x'))).body)['Content'], '/wx/wx1/callback')
})

test('a push that is delivered again, even while its handler is still running, is handled once and gets the same answer', async (t) => {
  const { opened, open } = gate()
  let [runs, came] = [0, 0]
  const inMemory = onceInMemory()
  const options: WebhookOptions = {
    ...plain,
    once: (key, run) => {
      came += 1
      return inMemory(key, run)
    },
  }
  const url = await door(t, options, async () => {
    runs += 1
    await opened
    return `answer ${runs}`
  })
  const first = post(url, textXml('x', '7'))
  const again = post(url, textXml('x', '7'), plainQuery(now(), '43'))
  await eventually(() => {
    assert.equal(came, 2)
  })
  open()
  const answers = [await first, await again, await post(url, textXml('x', '7'))].map(
    ({ body }) => readXml(body)['Content'],
  )
  assert.deepEqual([answers, runs], [['answer 1', 'answer 1', 'answer 1'], 1])
  assert.equal(readXml((await post(url, textXml('x', '8'))).body)['Content'], 'answer 2')
})

test('a push whose handler failed is answered 500, and handled again when WeChat delivers it again', async (t) => {
  let runs = 0
  const errors: unknown[] = []
  const url = await door(
    t,
    {
      ...plain,
      onError: (error) => {
        errors.push(error)
      },
    },
    () => {
      runs += 1
      if (runs === 1) throw new Error('database away')
      return 'here'
    },
  )
  assert.equal((await post(url, textXml('x'))).status, 500)
  assert.match(String(errors[0]), /database away/)
  assert.equal(readXml((await post(url, textXml('x'))).body)['Content'], 'here')
})

test('when several servers share a memory of pushes, only one of them handles a push', async (t) => {
  const seen = new Map<string, MaybeReply>()
  const options: WebhookOptions = {
    ...plain,
    once: async (key, run) => {
      if (!seen.has(key)) seen.set(key, await run())
      return seen.get(key) ?? null
    },
  }
  let runs = 0
  const urls = await Promise.all(
    [1, 2].map(() =>
      door(t, options, () => {
        runs += 1
        return 'one'
      }),
    ),
  )
  for (const url of urls) {
    assert.equal(readXml((await post(url, textXml('x'))).body)['Content'], 'one')
  }
  assert.deepEqual([runs, [...seen.keys()]], [1, [`${appid} m:1`]])
})

test('an answer that is too late for WeChat is passed to `late` once, and is not sent twice', async (t) => {
  const late: [string, MaybeReply][] = []
  const { opened, open } = gate()
  const options: WebhookOptions = {
    ...plain,
    answerWithinMs: 50,
    late: (inbound, reply) => {
      late.push([inbound.openid, reply])
    },
  }
  const url = await door(t, options, async () => {
    await opened
    return 'at last'
  })
  assert.deepEqual(await post(url, textXml('x')), success)
  assert.deepEqual(await post(url, textXml('x')), success)
  assert.deepEqual(late, [])
  open()
  await eventually(() => {
    assert.equal(late.length, 1)
  })
  assert.deepEqual(await post(url, textXml('x')), success)
  assert.deepEqual(late, [[openid, { type: 'text', text: 'at last' }]])
})

test('if WeChat closed the connection and delivers the push again in time, the answer is sent and does not count as late', async (t) => {
  const late: unknown[] = []
  const { opened, open } = gate()
  let [came, done] = [0, 0]
  const inMemory = onceInMemory()
  const options: WebhookOptions = {
    ...plain,
    answerWithinMs: 500,
    late: () => late.push(1),
    once: (key, run) => {
      came += 1
      return inMemory(key, run)
    },
  }
  const serve = webhook(options, async () => {
    await opened
    return 'here'
  })
  const url = await listen(t, (request, response) => {
    void serve(request, response).then(() => {
      done += 1
    })
  })
  const { port, pathname } = new URL(url)
  const body = textXml('x')
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(
    `POST ${pathname}?${plainQuery()} HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  await eventually(() => {
    assert.equal(came, 1)
  })
  socket.destroy()
  await eventually(() => {
    assert.equal(done, 1)
  })
  const again = post(url, body)
  await eventually(() => {
    assert.equal(came, 2)
  })
  open()
  assert.equal(readXml((await again).body)['Content'], 'here')
  assert.deepEqual(late, [])
})

test('a late answer that nobody handles, and a reply that WeChat would refuse, are reported to `onError`', async (t) => {
  const errors: string[] = []
  const { opened, open } = gate()
  const options: WebhookOptions = {
    ...plain,
    answerWithinMs: 20,
    onError: (error) => {
      errors.push(String(error))
    },
  }
  const slow = await door(t, options, async () => {
    await opened
    return 'x'
  })
  assert.deepEqual(await post(slow, textXml('x')), success)
  open()
  await eventually(() => {
    assert.match(errors[0] ?? '', /late/)
  })
  const wrong = await door(t, options, () => '好'.repeat(683))
  assert.deepEqual(await post(wrong, textXml('x')), success)
  assert.match(errors[1] ?? '', /2048/)
})

test('pushes are remembered for the configured time, and the oldest are forgotten first when there are too many', async () => {
  let time = 0
  let runs = 0
  const once = onceInMemory({ now: () => time, forSeconds: 60, most: 3 })
  const run = async () => {
    runs += 1
    return null
  }
  for (const at of [0, 30_000, 59_999]) {
    time = at
    await once('a', run)
  }
  assert.equal(runs, 1)
  time = 60_000
  await once('b', run)
  await once('a', run)
  assert.equal(runs, 3)
  for (const key of ['c', 'd', 'a']) await once(key, run)
  assert.equal(runs, 5)
  await once('b', run)
  assert.equal(runs, 6)
})

test('an encrypted push that somebody recorded does not run the handler again, neither soon nor later', async (t) => {
  let runs = 0
  // the clock is replaced before the webhook is created, because a webhook keeps using the clock it
  // finds then
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const url = await door(t, safe, () => {
    runs += 1
    return null
  })
  const { query, body } = sealedPush(textXml('x'))
  assert.deepEqual(await post(url, body, query), success)
  for (const seconds of [61, 230, 10, 1000]) {
    t.mock.timers.tick(seconds * 1000)
    assert.ok([200, 403].includes((await post(url, body, query)).status))
  }
  assert.equal(runs, 1)
  assert.equal((await post(url, body, query)).status, 403)
})

test('a push that is delivered again is handled once by a webhook that accepts pushes of any age, even days later', async (t) => {
  let runs = 0
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const url = await door(t, { ...safe, freshForSeconds: Infinity }, () => {
    runs += 1
    return null
  })
  const { query, body } = sealedPush(textXml('x'))
  for (const minutes of [0, 11, 5 * 24 * 60]) {
    t.mock.timers.tick(minutes * 60_000)
    assert.deepEqual(await post(url, body, query), success)
  }
  assert.equal(runs, 1)
})

test('a webhook with no token, no key, a wrong key or no mode is refused when it is created', () => {
  const wrong: [object, RegExp][] = [
    [{ ...plain, token: '' }, /token/],
    [{ ...plain, token: undefined }, /token/],
    [{ ...plain, appid: '' }, /appid/],
    [{ ...plain, mode: 'none' }, /mode/],
    [{ ...safe, encodingAesKey: null }, /encodingAesKey/],
    [{ ...safe, encodingAesKey: 'short' }, /43/],
    [{ ...plain, previousEncodingAesKey: '!'.repeat(43) }, /43/],
  ]
  for (const [options, why] of wrong) {
    assert.throws(() => webhook(options as WebhookOptions, () => null), {
      name: 'TypeError',
      message: why,
    })
  }
  const query = new URLSearchParams({
    timestamp: '1',
    nonce: '2',
    signature: signature(['', '1', '2']),
  })
  assert.throws(() => openPush({ ...plain, token: '' }, query, textXml('x')), /bad_signature/)
})

test('a large unsigned body is refused without the cost of parsing it', async () => {
  const deep = `<xml>${'<a>'.repeat(120_000)}${'</a>'.repeat(80_000)}<Encrypt>x</Encrypt></xml>`
  const json = `{"a":${'['.repeat(900_000)}`
  const query = new URLSearchParams('timestamp=1&nonce=2&msg_signature=x&encrypt_type=aes')
  // this body is within all limits of the readers but expensive to read, so it must be refused
  // before it is read
  const readable = `<xml><a><b>${'&#x4f60;'.repeat(120_000)}</b></a><Encrypt>x</Encrypt></xml>`
  for (const body of [deep, json, deep.replaceAll('<a>', '<![CDATA[]]>'), readable]) {
    const times = [1, 2, 3].map(() =>
      cpuMs(() => {
        assert.throws(() => openPush(safe, query, body), WechatInputError)
      }),
    )
    assert.ok(Math.min(...times) < 50, `${times.join(' ')} ms`)
  }
})

test('in compatible mode the plain text beside the envelope is not taken for the message', async (t) => {
  const url = await door(t, { ...safe, mode: 'compatible' }, (inbound) =>
    inbound.kind === 'text' ? inbound.content : null,
  )
  const { query, body } = sealedPush(textXml('你好'))
  const twin = body.replace(
    '<Encrypt>',
    '<Content><![CDATA[<Encrypt>AAAA</Encrypt>]]></Content><Encrypt>',
  )
  const answer = readXml((await post(url, twin, query)).body)
  assert.match(decryptMessage(encodingAESKey, appid, textOf(answer, 'Encrypt')) ?? '', /你好/)
})

test('a push in JSON is answered in JSON, encrypted or not', async (t) => {
  const said = (id: string) =>
    `{"ToUserName":"${originalId}","FromUserName":"${openid}","CreateTime":1760000000,"MsgType":"text","Content":"在\\"吗","MsgId":${id}}`
  const keys: string[] = []
  const options = { once: (key: string, run: () => Promise<MaybeReply>) => (keys.push(key), run()) }
  const handler: WebhookHandler<WebhookRequest> = (inbound) =>
    inbound.kind === 'text' ? `您好${inbound.content}` : null
  const open = await door(t, { ...plain, ...options }, handler)
  const answer = await post(open, said('24681357902468200'))
  assert.equal(answer.type, 'application/json; charset=utf-8')
  const reply = JSON.parse(answer.body)
  assert.deepEqual([reply.ToUserName, reply.MsgType, reply.Content], [openid, 'text', '您好在"吗'])
  assert.equal(typeof reply.CreateTime, 'number')

  const shut = await door(t, { ...safe, ...options }, handler)
  const timestamp = now()
  const encrypted = encryptMessage(encodingAESKey, appid, said('24681357902468201'))
  const query = new URLSearchParams({
    timestamp,
    nonce: '42',
    encrypt_type: 'aes',
    msg_signature: signature([token, timestamp, '42', encrypted]),
  }).toString()
  const body = `{ "ToUserName": "\\"Encrypt\\": 1", "Encrypt" : "${encrypted.replaceAll('/', '\\/')}" }`
  const sealed = JSON.parse((await post(shut, body, query)).body)
  assert.deepEqual(Object.keys(sealed), ['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce'])
  assert.equal(
    sealed.MsgSignature,
    signature([token, String(sealed.TimeStamp), '42', sealed.Encrypt]),
  )
  const opened = JSON.parse(decryptMessage(encodingAESKey, appid, sealed.Encrypt) ?? '')
  assert.equal(opened.Content, '您好在"吗')
  assert.deepEqual(keys, [`${appid} m:24681357902468200`, `${appid} m:24681357902468201`])
})
