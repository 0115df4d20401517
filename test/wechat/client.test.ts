import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import {
  createClient, lookUp, memoryTokenStore, WechatRefused, WechatUnreachable, type TokenStore, type WechatClient,
} from 'wechat-api-ts'
import { vectors } from './vectors.ts'

type Call = { path: string; token: string | null; body: Record<string, unknown>; raw: string }
type Handler = (call: Call, response: ServerResponse, request: IncomingMessage) => void
type Platform = { url: string; server: Server; calls: Call[]; sends: () => Call[]; fetches: () => Call[] }

const secret = 'made-up-secret'

async function platform(t: TestContext, handle: Handler): Promise<Platform> {
  const calls: Call[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://x')
      const raw = Buffer.concat(chunks).toString()
      const call = { path: url.pathname, token: url.searchParams.get('access_token'), body: JSON.parse(raw) as Call['body'], raw }
      calls.push(call)
      handle(call, response, request)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => { server.closeAllConnections(); server.close() })
  const of = (end: string) => () => calls.filter(({ path }) => path.endsWith(end))
  return { url: `http://127.0.0.1:${portOf(server)}`, server, calls, sends: of('/send'), fetches: of('/stable_token') }
}

function portOf(server: { address: () => unknown }): number {
  return (server.address() as AddressInfo).port
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'text/plain')
  response.end(JSON.stringify(value))
}

function client(url: string, tokens: TokenStore = memoryTokenStore(), now = Date.now): WechatClient {
  return createClient({ appid: 'wx1', secret, baseUrl: url, tokens, now })
}

async function stored(token = 'T1'): Promise<TokenStore> {
  const tokens = memoryTokenStore()
  await tokens.set('wx1', { token, expiresAt: Date.now() + 7_200_000 })
  return tokens
}

const hello = { openid: 'o1', type: 'text', text: '您好' } as const

async function unreachable(call: Promise<unknown>): Promise<WechatUnreachable> {
  const error = await call.then(() => assert.fail('it was sent'), (reason: unknown) => reason)
  assert.ok(error instanceof WechatUnreachable, String(error))
  assert.doesNotMatch(`${error.message}${error.reason}${error.stack ?? ''}`, /made-up-secret|access_token|T1/)
  return error
}

test('a message goes out as real UTF-8', async (t) => {
  const { url, sends } = await platform(t, (_call, response) => { json(response, { errcode: 0, errmsg: 'ok' }) })
  await client(url, await stored()).sendCustom({ ...hello, text: '您\n好😀\u0001\ud800', kfAccount: 'a@b' })
  assert.equal(sends()[0]?.token, 'T1')
  assert.equal(sends()[0]?.raw,
    '{"touser":"o1","msgtype":"text","text":{"content":"您\\n好😀\ufffd"},"customservice":{"kf_account":"a@b"}}')
})

test('a hundred who need a token cause one call, and it is renewed five minutes before its end', async (t) => {
  const { url, fetches } = await platform(t, (_call, response) => {
    json(response, { access_token: `T${fetches().length}`, expires_in: 7200 })
  })
  let now = 1_000_000
  const tokens = memoryTokenStore()
  const [one, other] = [client(url, tokens, () => now), client(url, tokens, () => now)]
  const got = await Promise.all(Array.from({ length: 100 }, (_, i) => (i % 2 ? one : other).accessToken()))
  assert.deepEqual([...new Set(got)], ['T1'])
  assert.deepEqual(fetches().map(({ body }) => body),
    [{ grant_type: 'client_credential', appid: 'wx1', secret, force_refresh: false }])
  now += 6_899_000
  assert.equal(await one.accessToken(), 'T1')
  now += 2000
  assert.equal(await other.accessToken(), 'T2')
})

for (const errcode of [40001, 40014, 42001]) {
  test(`after ${errcode} a hundred senders get one new token and each sends once more`, async (t) => {
    const { url, sends, fetches } = await platform(t, (call, response) => {
      if (call.path.endsWith('/stable_token')) json(response, { access_token: 'T2', expires_in: 7200 })
      else json(response, call.token === 'T2' ? { errcode: 0 } : { errcode, errmsg: 'no' })
    })
    const sdk = client(url, await stored())
    await Promise.all(Array.from({ length: 100 }, () => sdk.sendCustom(hello)))
    assert.equal(fetches().length, 1)
    assert.equal(sends().filter(({ token }) => token === 'T2').length, 100)
  })
}

test('a token refused twice ends in a refusal, without a third call', async (t) => {
  const { url, sends, fetches } = await platform(t, (call, response) => {
    if (call.path.endsWith('/stable_token')) json(response, { access_token: call.body['force_refresh'] ? 'T2' : 'T1', expires_in: 7200 })
    else json(response, { errcode: 40001, errmsg: `invalid ${call.token ?? ''}` })
  })
  const error = await client(url, await stored()).sendCustom(hello).catch((reason: unknown) => reason)
  assert.ok(error instanceof WechatRefused)
  assert.deepEqual([error.errcode, error.errmsg, error.retry], [40001, 'invalid ***', 'token'])
  assert.equal(sends().length, 2)
  assert.deepEqual(fetches().map(({ body }) => body['force_refresh']), [false, true])
})

test('a wrong secret is for a person, and is not shown', async (t) => {
  const { url, sends } = await platform(t, (_call, response) => { json(response, { errcode: 40001, errmsg: `bad ${secret}` }) })
  const error = await client(url).sendCustom(hello).catch((reason: unknown) => reason)
  assert.ok(error instanceof WechatRefused)
  assert.deepEqual([error.retry, error.errmsg, sends().length], ['human', 'bad ***', 0])
})

test('a refusal is sent once and says what it means', async (t) => {
  for (const errcode of [-1, 45015, 45047, 99_999]) {
    const { url, sends } = await platform(t, (_call, response) => { json(response, { errcode, errmsg: 'no' }) })
    const error = await client(url, await stored()).sendCustom(hello).catch((reason: unknown) => reason)
    assert.ok(error instanceof WechatRefused && error.errcode === errcode && error.meaning.zh && error.remedy.en)
    assert.equal(sends().length, 1)
  }
})

const noAnswers: Record<string, Handler> = {
  'a reset after the request': (_call, _response, request) => { request.socket.resetAndDestroy() },
  'half an answer': (_call, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('{"errcode":0', () => response.destroy())
  },
  'HTML': (_call, response) => { response.end('<html>') },
  'a 502': (_call, response) => { response.writeHead(502).end('{"errcode":0}') },
  'a list': (_call, response) => { response.end('[]') },
  'an errcode that is no number': (_call, response) => { response.end('{"errcode":"0"}') },
}
for (const [name, handle] of Object.entries(noAnswers)) {
  test(`${name} leaves open whether the message was delivered`, async (t) => {
    const { url, sends } = await platform(t, handle)
    const error = await unreachable(client(url, await stored()).sendCustom(hello))
    assert.equal(error.bytesLeft, true)
    assert.equal(sends().length, 1)
  })
}

test('a kept connection that the server closes leaves it open too, and nothing is sent again', async (t) => {
  const { url, sends } = await platform(t, (_call, response, request) => {
    if (sends().length === 1) json(response, { errcode: 0 })
    else request.socket.destroy()
  })
  const sdk = client(url, await stored())
  await sdk.sendCustom(hello)
  assert.equal((await unreachable(sdk.sendCustom(hello))).bytesLeft, true)
  assert.equal(sends().length, 2)
})

test('an idle connection is used again, and dropped after four seconds', async (t) => {
  const { url, server } = await platform(t, (_call, response) => { json(response, { errcode: 0 }) })
  server.keepAliveTimeout = 60_000
  const closed: Promise<unknown>[] = []
  server.on('connection', (socket) => closed.push(once(socket, 'close')))
  const sdk = client(url, await stored())
  await sdk.sendCustom(hello)
  const start = performance.now()
  await sdk.sendCustom(hello)
  await Promise.all(closed)
  const took = performance.now() - start
  assert.equal(closed.length, 1)
  assert.ok(took > 3500 && took < 5500, `${took} ms`)
})

test('a refused connection, an unknown host and a failed TLS prove that nothing was sent', async (t) => {
  const { url, server } = await platform(t, () => undefined)
  server.close()
  await once(server, 'close')
  const refused = await unreachable(client(url, await stored()).sendCustom(hello))
  assert.deepEqual([refused.bytesLeft, refused.reason], [false, 'ECONNREFUSED'])
  const unknown = await unreachable(client('https://no-such-host.invalid', await stored()).sendCustom(hello))
  assert.equal(unknown.bytesLeft, false)
  const plain = createTcpServer((socket) => { socket.on('error', () => undefined).end('HTTP/1.1 400 no\r\n\r\n') }).listen(0, '127.0.0.1')
  await once(plain, 'listening')
  t.after(() => plain.close())
  const tls = await unreachable(client(`https://127.0.0.1:${portOf(plain)}`, await stored()).sendCustom(hello))
  assert.equal(tls.bytesLeft, false)
})

test('a TLS that never stands is given up after two seconds', async (t) => {
  const silent = createTcpServer((socket) => { socket.on('error', () => undefined).resume() }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => silent.close())
  const start = performance.now()
  const error = await unreachable(client(`https://127.0.0.1:${portOf(silent)}`, await stored()).sendCustom(hello))
  assert.deepEqual([error.bytesLeft, error.reason], [false, 'connect_time_out'])
  assert.ok(performance.now() - start < 3000)
})

test('a server that is silent is given up after eight seconds', async (t) => {
  const { url } = await platform(t, () => undefined)
  const start = performance.now()
  const error = await unreachable(client(url, await stored()).sendCustom(hello))
  const took = performance.now() - start
  assert.deepEqual([error.bytesLeft, error.reason], [true, 'time_out'])
  assert.ok(took > 7900 && took < 9000, `${took} ms`)
})

test('when no token can be had no message was under way', async (t) => {
  for (const handle of [noAnswers['a 502'], (_call: Call, response: ServerResponse) => { json(response, { errcode: -1 }) }]) {
    const { url, sends } = await platform(t, handle ?? assert.fail())
    const sdk = client(url)
    const error = await unreachable(sdk.sendCustom(hello))
    assert.match(error.reason, /^token_/)
    assert.deepEqual([error.bytesLeft, sends().length], [false, 0])
  }
})

test('plain http is for loopback only', () => {
  assert.throws(() => client('http://api.weixin.qq.com'), TypeError)
  assert.throws(() => client('http://127.0.0.1.example.com'), TypeError)
  assert.ok(client('http://localhost:1'))
  assert.ok(client('http://[::1]:1'))
})

test('every error code of the table is known in two languages', () => {
  for (const { code, meaning } of vectors.errcodes) {
    if (code === 0) continue
    const known = lookUp(code)
    assert.equal(known.meaning.en, meaning)
    assert.match(known.meaning.zh, /\p{Script=Han}|错误|grant_type/u)
  }
})
