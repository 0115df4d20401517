// What the client sends, and what it does when WeChat refuses a call or does not answer.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createTcpServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { inspect } from 'node:util'
import {
  createClient,
  lookUp,
  WechatRefused,
  WechatUnreachable,
  type CustomMessage,
  type Retry,
} from 'wechat-api-ts'
import { appid, fakeWechat, json, noAnswers, portOf, secret, storeWith } from './fake-wechat.ts'
import { vectors } from './vectors.ts'

const client = async (baseUrl: string | string[]) =>
  createClient({ appid, secret, baseUrl, tokens: await storeWith() })
const hello: CustomMessage = { touser: 'o1', msgtype: 'text', text: { content: '您好' } }

async function failed(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => assert.fail('it was sent'),
    (reason: unknown) => reason,
  )
  assert.doesNotMatch(
    inspect(error, { depth: 10, showHidden: true }),
    /made-up-secret|access_token=|\bT1\b/,
  )
  return error
}

async function unreachable(call: Promise<unknown>): Promise<WechatUnreachable> {
  const error = await failed(call)
  assert.ok(error instanceof WechatUnreachable, String(error))
  return error
}

async function refused(call: Promise<unknown>): Promise<WechatRefused> {
  const error = await failed(call)
  assert.ok(error instanceof WechatRefused, String(error))
  return error
}

test('a message is sent as UTF-8, without \\u escapes', async (t) => {
  const { url, of } = await fakeWechat(t, (_asked, response) => {
    json(response, { errcode: 0, errmsg: 'ok' })
  })
  const sdk = await client(url)
  await sdk.custom.send({
    ...hello,
    text: { content: '您\n好😀\u0001\ud800' },
    customservice: { kf_account: 'a@b' },
  })
  const sent = of('/send')[0]!
  assert.equal(sent.token, 'T1')
  assert.equal(
    sent.raw.toString(),
    '{"touser":"o1","msgtype":"text","text":{"content":"您\\n好😀\ufffd"},"customservice":{"kf_account":"a@b"}}',
  )
})

test('a call that WeChat refuses is sent once, and its error explains the errcode and shows no token', async (t) => {
  for (const errcode of [-1, 45015, 45047, 99_999]) {
    const { url, of } = await fakeWechat(t, ({ token }, response) => {
      json(response, {
        errcode,
        errmsg: `no ${token ?? ''} ${secret} rid: 61725984-6126f6f9-040f19c4`,
        fail_openid_list: ['o1', token],
      })
    })
    const error = await refused((await client(url)).custom.send(hello))
    assert.ok(error.errcode === errcode && error.meaning.zh && error.remedy.en)
    assert.deepEqual(
      [error.errmsg, error.rid],
      ['no *** *** rid: 61725984-6126f6f9-040f19c4', '61725984-6126f6f9-040f19c4'],
    )
    assert.deepEqual(
      [error.path, error.details],
      ['/cgi-bin/message/custom/send', { fail_openid_list: ['o1', '***'] }],
    )
    assert.equal(of('/send').length, 1)
  }
})

for (const [name, handle] of Object.entries(noAnswers)) {
  test(`after ${name} the client reports that the message may or may not have been delivered`, async (t) => {
    const { url, of } = await fakeWechat(t, handle)
    const error = await unreachable((await client(url)).custom.send(hello))
    assert.equal(error.bytesLeft, true)
    assert.equal(of('/send').length, 1)
  })
}

test('if the server closes a reused connection, the outcome is reported as unknown and nothing is sent again', async (t) => {
  const { url, of } = await fakeWechat(t, (_asked, response, request) => {
    if (of('/send').length === 1) json(response, { errcode: 0 })
    else request.socket.destroy()
  })
  const sdk = await client(url)
  await sdk.custom.send(hello)
  assert.equal((await unreachable(sdk.custom.send(hello))).bytesLeft, true)
  assert.equal(of('/send').length, 2)
})

test('an idle connection is reused, and closed after four seconds', async (t) => {
  const { url, server } = await fakeWechat(t, (_asked, response) => {
    json(response, { errcode: 0 })
  })
  server.keepAliveTimeout = 60_000
  const closed: Promise<unknown>[] = []
  server.on('connection', (socket) => closed.push(once(socket, 'close')))
  const sdk = await client(url)
  await sdk.custom.send(hello)
  const start = performance.now()
  await sdk.custom.send(hello)
  await Promise.all(closed)
  const took = performance.now() - start
  assert.equal(closed.length, 1)
  assert.ok(took > 3500 && took < 5500, `${took} ms`)
})

// A TCP server that misbehaves in one of several ways. The client's list of servers names a good
// one after it, and a message may be tried there only if nothing of it was sent to the first.
type Rig = {
  name: string
  behave: ((socket: Socket) => void) | null
  bytesLeft: boolean
  reason: RegExp
  errcode?: number
}
const answering = (text: string) => (socket: Socket) => {
  socket.once('data', () => socket.write(text))
}
const http = (body: string, length = Buffer.byteLength(body)) =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n${body}`
const rigs: Rig[] = [
  { name: 'refuses the connection', behave: null, bytesLeft: false, reason: /ECONNREFUSED/ },
  {
    name: 'accepts and resets',
    behave: (socket) => {
      socket.once('data', () => socket.resetAndDestroy())
    },
    bytesLeft: true,
    reason: /ECONNRESET/,
  },
  {
    name: 'takes the request and stays silent',
    behave: (socket) => {
      socket.resume()
    },
    bytesLeft: true,
    reason: /time_out/,
  },
  {
    name: 'answers half',
    behave: (socket) => {
      socket.once('data', () => socket.end(http('{"errcode":0', 100)))
    },
    bytesLeft: true,
    reason: /./,
  },
  {
    name: 'wants to speak another protocol',
    behave: answering(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ),
    bytesLeft: true,
    reason: /upgrade/,
  },
  {
    name: 'answers 101 and nothing else',
    behave: answering('HTTP/1.1 101 OK\r\n\r\n'),
    bytesLeft: true,
    reason: /./,
  },
  {
    name: 'answers HTML',
    behave: answering(http('<html>busy</html>')),
    bytesLeft: true,
    reason: /not_json/,
  },
  {
    name: 'answers -1',
    behave: answering(http('{"errcode":-1,"errmsg":"system error"}')),
    bytesLeft: true,
    reason: /./,
    errcode: -1,
  },
]

for (const { name, behave, bytesLeft, reason, errcode } of rigs) {
  test(`with a server that ${name}, the client reports correctly whether a byte was sent, and ${bytesLeft ? 'does not try' : 'tries'} the next server`, async (t) => {
    const { first, seen } = await rig(t, behave)
    const behind = await fakeWechat(t, (_asked, response) => {
      json(response, { errcode: 0 })
    })
    const [alone, withNext] = [await client(first), await client([first, behind.url])]
    const start = performance.now()
    const [error] = await Promise.all([
      failed(alone.custom.send(hello)),
      bytesLeft ? failed(withNext.custom.send(hello)) : withNext.custom.send(hello),
    ])
    const took = performance.now() - start
    if (errcode === undefined) {
      assert.ok(
        error instanceof WechatUnreachable &&
          error.bytesLeft === bytesLeft &&
          reason.test(error.reason),
        inspect(error),
      )
    } else {
      assert.ok(
        error instanceof WechatRefused && error.errcode === errcode && error.retry === 'unsure',
        inspect(error),
      )
    }
    assert.equal(seen().includes('/cgi-bin/message/custom/send'), bytesLeft, 'what the rig saw')
    assert.equal(behind.asked.length, bytesLeft ? 0 : 1, 'what was sent to the next one')
    assert.ok(name.includes('silent') ? took > 7900 && took < 9500 : took < 4000, `${took} ms`)
  })
}

async function rig(
  t: TestContext,
  behave: Rig['behave'],
): Promise<{ first: string; seen: () => string }> {
  const sockets: Socket[] = []
  let seen = ''
  const server = createTcpServer((socket) => {
    sockets.push(
      socket
        .on('error', () => undefined)
        .on('data', (chunk) => {
          seen += chunk.toString()
        }),
    )
    behave?.(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    sockets.forEach((socket) => socket.destroy())
    server.close()
  })
  const first = `http://127.0.0.1:${portOf(server)}`
  if (!behave) {
    server.close()
    await once(server, 'close')
  }
  return { first, seen: () => seen }
}

test('an unknown host and a failed TLS handshake prove that nothing was sent', async (t) => {
  assert.equal(
    (await unreachable((await client('https://no-such-host.invalid')).custom.send(hello)))
      .bytesLeft,
    false,
  )
  const { first } = await rig(t, (socket) => {
    socket.end('HTTP/1.1 400 no\r\n\r\n')
  })
  assert.equal(
    (await unreachable((await client(first.replace('http', 'https'))).custom.send(hello)))
      .bytesLeft,
    false,
  )
})

test('a TLS handshake that never ends is given up after two seconds', async (t) => {
  const { first } = await rig(t, (socket) => {
    socket.resume()
  })
  const start = performance.now()
  const error = await unreachable((await client(first.replace('http', 'https'))).custom.send(hello))
  assert.deepEqual([error.bytesLeft, error.reason], [false, 'connect_time_out'])
  assert.ok(performance.now() - start < 4000)
})

test('if no token can be obtained, the error says that the message was not sent', async (t) => {
  for (const handle of [
    noAnswers['a 502']!,
    noAnswers['no errcode']!,
    noAnswers['a reset after the request']!,
  ]) {
    const { url, of } = await fakeWechat(t, handle)
    const error = await unreachable(
      createClient({ appid, secret, baseUrl: url }).custom.send(hello),
    )
    assert.match(error.reason, /^token_/)
    assert.deepEqual([error.bytesLeft, of('/send').length], [false, 0])
  }
  const busy = await fakeWechat(t, (_asked, response) => {
    json(response, { errcode: -1 })
  })
  const error = await unreachable(
    createClient({ appid, secret, baseUrl: busy.url }).custom.send(hello),
  )
  assert.deepEqual([error.bytesLeft, error.reason], [false, 'token_busy'])
})

test("if the token store fails, the message was not sent either, and the store's error is passed on", async (t) => {
  const { url, asked } = await fakeWechat(t, () => undefined)
  const away = new Error('the database is away')
  const tokens = { get: () => Promise.reject(away), renew: () => Promise.reject(away) }
  const error = await unreachable(
    createClient({ appid, secret, baseUrl: url, tokens }).custom.send(hello),
  )
  assert.deepEqual(
    [error.bytesLeft, error.reason, error.cause, asked.length],
    [false, 'token_store', away, 0],
  )
})

test('a wrong secret is classified as needing a person, and is not shown', async (t) => {
  const { url, of } = await fakeWechat(t, (_asked, response) => {
    json(response, { errcode: 40001, errmsg: `bad ${secret}` })
  })
  const error = await refused(createClient({ appid, secret, baseUrl: url }).custom.send(hello))
  assert.deepEqual([error.retry, error.errmsg, of('/send').length], ['human', 'bad ***', 0])
})

test('a printed client shows neither its secret nor its token', async (t) => {
  const { url } = await fakeWechat(t, (_asked, response) => {
    json(response, { errcode: 0 })
  })
  const sdk = await client(url)
  await sdk.custom.send(hello)
  assert.doesNotMatch(inspect(sdk, { depth: 10, showHidden: true }), /made-up-secret|\bT1\b/)
})

test('plain http is accepted for loopback addresses only', () => {
  const open = (baseUrl: string) => createClient({ appid, secret, baseUrl })
  assert.throws(() => open('http://api.weixin.qq.com'), TypeError)
  assert.throws(() => open('http://127.0.0.1.example.com'), TypeError)
  assert.ok(open('http://localhost:1'))
  assert.ok(open('http://[::1]:1'))
})

test('the client accepts a base URL that contains a path', async (t) => {
  const { url, asked } = await fakeWechat(t, (_asked, response) => {
    json(response, { errcode: 0 })
  })
  await (await client(`${url}/wechat/`)).custom.send(hello)
  assert.equal(asked[0]!.path, '/wechat/cgi-bin/message/custom/send')
})

const retryOf: Record<string, Retry[]> = {
  permanent: ['never'],
  human: ['human'],
  retry_later: ['later', 'unsure'],
  refresh_token: ['token'],
  retry_now: ['unsure'],
}

test('every errcode in the table has an explanation in two languages and a class', () => {
  assert.ok(vectors.errcodes.length > 180)
  for (const { code, meaning, class: of } of vectors.errcodes) {
    if (code === 0) continue
    const known = lookUp(code)
    assert.equal(known.meaning.en, meaning)
    assert.match(known.meaning.zh, /\p{Script=Han}|错误|grant_type/u)
    assert.ok(known.remedy.zh && known.remedy.en)
    assert.ok(retryOf[of]?.includes(known.retry), `${code}: ${of} is ${known.retry}`)
  }
})
