// The front answers plain pushes without node:http. It must never read a request differently from
// node:http, and everything that is not a plain push must be treated as node:http treats it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import test from 'node:test'
import { readPlainRequest } from '../../src/http/push/plain-request.ts'
import { testAccount, openHouse, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { times } from '../support/full.ts'
import { nothingFor } from '../support/pauses.ts'
import { openDraw, seedOf, type Draw } from '../support/random.ts'
import { signed, textXml } from '../support/raw-push.ts'
import { openRawConnection, postText, type RawConnection } from '../support/wire.ts'

const pushText = (n: number, headers: string[] = []) =>
  postText({
    path: `/wechat/${testAccount.appid}?${signed()}&openid=o${n}`,
    body: textXml(`o${n}`, `${n}`, `line ${n}`),
    headers,
  })

type Read = { requests: string[]; isRefused: boolean }

/** What node:http itself makes of the bytes of one connection. */
async function readByNode(bytes: Buffer): Promise<Read> {
  const read: Read = { requests: [], isRefused: false }
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.once('end', () => {
      read.requests.push(`${method} ${url} ${Buffer.concat(pieces).toString()}`)
      response.end()
    })
  })
  server.once('clientError', () => {
    read.isRefused = true
  })
  const connection = new Duplex({
    read: () => undefined,
    write: (_bytes, _encoding, done) => {
      done()
    },
  })
  server.emit('connection', connection)
  connection.push(bytes)
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  connection.destroy()
  return read
}

const splices = [
  '\n',
  '\r',
  '\r\n',
  '\r\n\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  '#',
  '\x80',
  '0',
  '+',
  '-',
  '0x',
  ',',
  'GET',
  '\r\nTransfer-Encoding: chunked',
  '\r\nTransfer-Encoding: identity',
  '\r\nTransfer-Encoding : chunked',
  '\r\n\tchunked',
  '\r\nContent-Length: 5',
  '\r\nContent-Length: 5, 5',
  '\r\nHost: other',
  '\r\nConnection: close',
  '\r\nConnection: Upgrade\r\nUpgrade: websocket',
  '\r\nExpect: 100-continue',
  '\r\nTrailer: x',
  '\r\nAccept: */*',
]

/** Damages a request with one or two pieces, mostly in its head. */
function damaged(draw: Draw, text: string): string {
  let some = text
  for (let n = 1 + draw.below(2); n > 0; n -= 1) {
    const from = draw.below(draw.below(4) === 0 ? some.length : some.indexOf('\r\n\r\n') + 5)
    const lineEnd = some.indexOf('\r\n', from)
    const at = draw.below(2) === 0 || lineEnd === -1 ? from : lineEnd
    some = some.slice(0, at) + draw.one(splices) + some.slice(at + draw.below(3))
  }
  return some
}

void test('the front reads a request exactly as node:http does, or leaves it to node:http', async () => {
  const seed = seedOf()
  const draw = openDraw(seed)
  const counts = { read: 0, part: 0, odd: 0 }
  for (let n = 0; n < times(2000, 50_000); n += 1) {
    const whole = pushText(n, draw.below(2) === 0 ? ['Connection: keep-alive'] : [])
    const first = draw.below(10) === 0 ? whole : damaged(draw, whole)
    const sent = [first, first + pushText(n + 1), first.slice(0, -1 - draw.below(50))]
    const bytes = Buffer.from(draw.one(sent), 'latin1')
    const ours = readPlainRequest(bytes)
    counts[typeof ours === 'string' ? ours : 'read'] += 1
    if (ours === 'odd') continue
    const nodes = await readByNode(bytes)
    const where = `seed ${seed}, request ${n}: ${JSON.stringify(bytes.toString('latin1'))}`
    if (ours === 'part') {
      assert.deepEqual(nodes, { requests: [], isRefused: false }, where)
      continue
    }
    const rest = await readByNode(bytes.subarray(ours.end))
    const all = [`POST ${ours.url} ${ours.body}`, ...rest.requests]
    assert.deepEqual(nodes, { ...rest, requests: all }, where)
  }
  for (const [what, n] of Object.entries(counts)) assert.ok(n >= 20, `only ${n} ${what}`)
})

const lines = (house: House) =>
  house.rows<{ text: string }>('select text from message_data where opercode = 2 order by text')
const answers = (wire: RawConnection) => wire.heard().split('HTTP/1.1 ').slice(1)

/**
 * Opens a connection to the first process itself, because a balancer would send its own requests.
 */
async function open(t: test.TestContext): Promise<{ house: House; wire: RawConnection }> {
  const house = await openHouse()
  const wire = await openRawConnection(house.urls[0] ?? house.url)
  t.after(() => {
    wire.close()
  })
  t.after(() => house.close())
  return { house, wire }
}

void test('pushes sent on one connection without waiting are stored and answered one after the other', async (t) => {
  const { house, wire } = await open(t)
  wire.send([1, 2, 3].map((n) => pushText(n)).join(''))
  await eventually(() => {
    assert.equal(answers(wire).length, 3)
  })
  for (const answer of answers(wire)) assert.match(answer, /^200 OK\r\n[^]*\r\n\r\nsuccess$/)
  assert.deepEqual(
    (await lines(house)).map(({ text }) => text),
    ['line 1', 'line 2', 'line 3'],
  )
})

void test('a push whose body comes after its head, in pieces, is stored; another request on the same connection is answered, too', async (t) => {
  const { house, wire } = await open(t)
  const text = pushText(1)
  const body = text.indexOf('\r\n\r\n') + 4
  wire.send(text.slice(0, body))
  await eventually(() => house.metrics())
  wire.send(text.slice(body, body + 20))
  await eventually(() => house.metrics())
  wire.send(text.slice(body + 20))
  await eventually(() => {
    assert.equal(answers(wire).length, 1)
  })
  wire.send('GET /healthz HTTP/1.1\r\nHost: kefu.test\r\n\r\n')
  await eventually(() => {
    assert.match(answers(wire)[1] ?? '', /^200 OK\r\n[^]*\{"ok":true\}$/)
  })
  wire.send(pushText(2))
  await eventually(() => {
    assert.match(answers(wire)[2] ?? '', /success$/)
  })
  assert.equal((await lines(house)).length, 2)
})

void test('a request that is malformed or could be read in two ways stores nothing, and its connection is closed', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const text = pushText(1)
  const twice = text.replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\n')
  const chunked = text.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n')
  const bareLf = text.replace('\r\nHost', '\nHost')
  const spaced = text.replace('Content-Length:', 'Content-Length :')
  const noHost = text.replace('Host: kefu.test\r\n', '')
  for (const odd of [twice, chunked, bareLf, spaced, noHost]) {
    const wire = await openRawConnection(house.urls[0] ?? house.url)
    wire.send(odd)
    await wire.ended
    assert.match(wire.heard(), /^HTTP\/1\.1 400 /, JSON.stringify(odd))
    wire.close()
  }
  assert.deepEqual(await lines(house), [])
})

void test('a refused push ends its connection, and what was sent behind it is not read', async (t) => {
  const { house, wire } = await open(t)
  wire.send(pushText(1).replace('signature=', 'signature=0') + pushText(2))
  await wire.ended
  assert.equal(answers(wire).length, 1)
  assert.match(wire.heard(), /^HTTP\/1\.1 403 Forbidden\r\n[^]*Connection: close[^]*bad_signature/)
  assert.deepEqual(await lines(house), [])
})

void test('a product that closes ends idle connections at once', async () => {
  const house = await openHouse()
  const wire = await openRawConnection(house.urls[0] ?? house.url)
  wire.send(pushText(1))
  await eventually(() => {
    assert.equal(answers(wire).length, 1)
  })
  await Promise.all([house.close(), wire.ended])
})

void test('a call that crosses the end of its connection, as when a product closes, is not carried out, since nobody would get its answer', async () => {
  const works: string[] = []
  const house = await openHouse({
    rules: false,
    alone: true,
    withoutCron: true,
    wrap: (ports) => ({
      ...ports,
      store: {
        ...ports.store,
        work: (kind, body, limits) => {
          works.push(kind)
          return ports.store.work(kind, body, limits)
        },
      },
    }),
  })
  await (await follower(house)).says('在吗')
  const { token } = await house.agent('agent1')
  const call = postText({
    path: '/api/sessions/claim',
    body: '{}',
    headers: ['Content-Type: application/json', `Authorization: Bearer ${token}`],
  })
  const { hostname, port } = new URL(house.url)
  const crossing = [call, pushText(1)].map((text) => ({
    text,
    socket: connect({ host: hostname, port: Number(port), allowHalfOpen: true }).resume(),
  }))
  await Promise.all(crossing.map(({ socket }) => once(socket, 'connect')))
  // the answer shows that the product has these connections, too
  await house.admin.call('GET', '/api/me')
  works.length = 0
  const closed = house.close()
  for (const { socket, text } of crossing) {
    await once(socket, 'end')
    socket.write(text)
  }
  await nothingFor(300)
  for (const { socket } of crossing) socket.destroy()
  await closed
  assert.deepEqual(
    works.filter((kind) => kind === 'claim' || kind === 'push'),
    [],
  )
})
