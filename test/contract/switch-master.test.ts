// A failover that is reported at the worst moment. The sentinel is simulated, because a real one
// cannot be told to delay an answer.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import test from 'node:test'
import { Redis } from 'ioredis'
import { startRedis } from '../../scripts/services/redis.ts'
import { eventually } from '../support/eventually.ts'
import { openOne } from './editions.ts'
import { timePasses } from '../support/pauses.ts'

const bulk = (words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`

/** A sentinel that names one master and, while `holds` is true, delays its answers. */
async function openScriptedSentinel(masterPort: number) {
  const state = {
    holds: false,
    held: [] as (() => void)[],
    listeners: new Set<Socket>(),
    sockets: new Set<Socket>(),
  }
  const answer = (socket: Socket, text: string) => {
    if (/get-master-addr-by-name/i.test(text)) {
      const say = () => {
        socket.write(bulk(['127.0.0.1', String(masterPort)]))
      }
      if (state.holds) state.held.push(say)
      else say()
    } else if (/\r\nsentinels\r\n/i.test(text)) socket.write('*0\r\n')
    else if (/\r\nsubscribe\r\n/i.test(text)) {
      state.listeners.add(socket)
      socket.write('*3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n')
    } else socket.write('+OK\r\n')
  }
  const server = createServer((socket) => {
    state.sockets.add(socket)
    socket.on('data', (data) => {
      // each command of a client is a RESP array, and several commands may arrive in one packet
      for (const command of data.toString().split(/(?=\*\d+\r\n\$)/)) answer(socket, command)
    })
    socket
      .on('error', () => undefined)
      .on('close', () => {
        state.sockets.delete(socket)
        state.listeners.delete(socket)
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    state,
    port: (server.address() as AddressInfo).port,
    switchMaster: () => {
      for (const socket of state.listeners) {
        socket.write(bulk(['message', '+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 2']))
      }
    },
    release: () => {
      state.holds = false
      for (const say of state.held.splice(0)) say()
    },
    close: () => {
      for (const socket of state.sockets) socket.destroy()
      server.close()
    },
  }
}

void test('a failover reported while the client is asking for the master does not stop it: Redis is used again', async (t) => {
  const service = await startRedis()
  t.after(() => service.stop())
  const sentinel = await openScriptedSentinel(service.ports[0] ?? 0)
  t.after(() => {
    sentinel.close()
  })
  const raw = new Redis(service.ports[0] ?? 0, '127.0.0.1')
  t.after(() => {
    raw.disconnect()
  })
  const backends = await openOne(`redis+sentinel://127.0.0.1:${sentinel.port}/mymaster`)
  t.after(() => backends.close())
  await backends.cache.set('login:x', 'before', 60_000)
  assert.equal(await backends.cache.get('login:x'), 'before')
  await eventually(() => {
    assert.ok(sentinel.state.listeners.size >= 4, 'every client listens for failovers')
  })

  sentinel.state.holds = true
  await raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await eventually(() => {
    assert.ok(sentinel.state.held.length >= 4, 'every client asks where the master is')
  }, 'back')
  sentinel.switchMaster()
  // waits for a fixed time, because a test cannot observe when the client has processed the report
  await timePasses(50)
  sentinel.release()

  await eventually(async () => {
    await backends.cache.set('login:x', 'after', 60_000)
    assert.equal(await backends.cache.get('login:x'), 'after')
  }, 'back')
})
