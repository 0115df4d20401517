import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { startNginx } from '../../scripts/services/nginx.ts'
import { eventually } from '../support/eventually.ts'
import { stopsWithoutATrace } from './support.ts'

type Seen = { method: string; from: unknown; connection: unknown; socket: unknown }
type Upstream = {
  url: string
  server: Server
  seen: Seen[]
  mood: 'answer' | 'drop'
  close: () => Promise<void>
}

async function upstream(name: string): Promise<Upstream> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    seen.push({
      method: request.method ?? '',
      from: request.headers['x-forwarded-for'],
      connection: request.headers.connection,
      socket: request.socket.remotePort,
    })
    request.resume().once('end', () => {
      if (made.mood === 'drop') request.socket.destroy()
      else response.end(name)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const made: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    seen,
    mood: 'answer',
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
  return made
}

async function scene(t: { after: (end: () => unknown) => void }) {
  const upstreams = [await upstream('one'), await upstream('two')] as const
  const nginx = await startNginx({ upstreams: upstreams.map(({ url }) => url) })
  t.after(async () => {
    await nginx.stop()
    for (const one of upstreams) if (one.server.listening) await one.close()
  })
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${nginx.url}${path}`, init)
    return { status: answer.status, text: await answer.text() }
  }
  return {
    nginx,
    upstreams,
    ask,
    push: (openid: string) =>
      ask(`/wechat/wx1?openid=${openid}`, { method: 'POST', body: '<xml/>' }),
  }
}

void test('nginx sends all pushes of a follower to one process, spreads followers over processes, and distributes other calls in turn', async (t) => {
  const { nginx, ask, push, upstreams } = await scene(t)
  const places = new Map<string, Set<string>>()
  for (let n = 0; n < 120; n++) {
    const openid = `o${n % 40}`
    const { text } = await push(openid)
    places.set(openid, (places.get(openid) ?? new Set()).add(text))
  }
  assert.ok(
    [...places.values()].every((place) => place.size === 1),
    'one place for each',
  )
  const first = [...places.values()].filter((place) => place.has('one')).length
  assert.ok(first > 8 && first < 32, `${first} of 40 on the first`)
  const round = await Promise.all(Array.from({ length: 10 }, () => ask('/api/me')))
  assert.deepEqual(new Set(round.map(({ text }) => text)), new Set(['one', 'two']))

  const calls = upstreams.flatMap(({ seen }) => seen)
  assert.ok(calls.every(({ from, connection }) => from === '127.0.0.1' && connection === undefined))
  assert.ok(
    new Set(calls.map(({ socket }) => socket)).size < calls.length / 3,
    'connections are kept',
  )
  await stopsWithoutATrace(nginx)
})

void test('nginx sends requests for a dead process to the other one', async (t) => {
  const { upstreams, ask, push } = await scene(t)
  await upstreams[0].close()
  for (let n = 0; n < 10; n++) assert.deepEqual(await push(`o${n}`), { status: 200, text: 'two' })
  assert.deepEqual(await ask('/api/login', { method: 'POST', body: '{}' }), {
    status: 200,
    text: 'two',
  })
})

void test('nginx does not repeat a call that may have had an effect, but does repeat a push', async (t) => {
  const { upstreams, ask, push } = await scene(t)
  for (const one of upstreams) one.mood = 'drop'
  assert.equal((await ask('/api/sessions/claim', { method: 'POST', body: '{}' })).status, 502)
  assert.equal(upstreams.flatMap(({ seen }) => seen).length, 1)
  upstreams[1].mood = 'answer'
  await eventually(async () => {
    for (let n = 0; n < 10; n++) assert.deepEqual(await push(`o${n}`), { status: 200, text: 'two' })
  }, 'back')
  assert.ok(upstreams[0].seen.some(({ method }) => method === 'POST'))
})
