// A connection to a server that can be cut or go dead. When dead, nothing is closed or refused, but
// whatever is sent never arrives.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { comesLater } from './pauses.ts'

export type TcpProxy = {
  /** The server's URL with the address of the proxy, so that a client connects through it. */
  url: string
  /** From now on everything that either side sends is swallowed, on old and new connections. */
  goDead: () => void
  /**
   * Ends the dead state. What was swallowed meanwhile stays lost, so old connections remain dead,
   * and neither side learns that the other has gone.
   */
  revive: () => void
  /** From now on everything arrives this much later, as over a slow network. */
  slow: (ms: number) => void
  /** Resets every connection, as when the server's machine restarts. */
  cut: () => void
  /**
   * Closes every connection towards the client only; the server does not notice and keeps the
   * client's locks.
   */
  halfClose: () => void
  /** Resets every connection and stops listening, as when the server has ended. */
  refuse: () => Promise<void>
  /** Accepts connections again, after they were refused. */
  listen: () => Promise<void>
  /**
   * Sees each statement of the MySQL protocol. If it returns `true`, all connections are cut as
   * soon as the server has received it.
   */
  onStatement: (hear: (text: string) => boolean) => void
  /** Replaces a text on its way to the server by another one of the same length. */
  garble: (said: string, heard: string) => void
  close: () => Promise<void>
}

type SocketPair = { near: Socket; far: Socket; lost: boolean }

/** `delayMs`: how much later the server receives what is sent to it, as if it were further away. */
export async function openTcpProxy(
  target: string,
  { delayMs } = { delayMs: 0 },
): Promise<TcpProxy> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<SocketPair>()
  const delay = { there: delayMs, back: 0 }
  let isDead = false
  let hear: (text: string) => boolean = () => false
  let garbled: [said: string, heard: string] | null = null
  const asHeard = (chunk: Buffer): Buffer =>
    garbled ? Buffer.from(chunk.toString('latin1').replace(...garbled), 'latin1') : chunk

  const cut = () => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy()
      far.destroy()
    }
  }
  const server = createServer((near) => {
    const pair: SocketPair = { near, far: connect(Number(port), hostname), lost: isDead }
    const { far } = pair
    pairs.add(pair)
    const statements = openStatements()
    const [there, back] = [openRow(), openRow()]
    near.on('data', (chunk: Buffer) => {
      pair.lost ||= isDead
      if (pair.lost) return
      const cuts = statements(chunk).filter((text) => hear(text)).length > 0
      there(delay.there, () => {
        far.write(asHeard(chunk), () => {
          if (cuts) cut()
        })
      })
    })
    far.on('data', (chunk: Buffer) => {
      pair.lost ||= isDead
      if (pair.lost) return
      back(delay.back, () => {
        near.write(chunk)
      })
    })
    for (const [socket, other, row, way] of [
      [near, far, there, 'there'],
      [far, near, back, 'back'],
    ] as const) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        pair.lost ||= isDead
        if (other.destroyed) pairs.delete(pair)
        // on a dead connection neither side is told that the other one has gone, so its end is not
        // passed on
        if (pair.lost) return
        row(delay[way], () => {
          other.destroy()
        })
      })
    }
  })
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  const stop = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }
  await listen(0)
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)

  return {
    url: url.href,
    goDead: () => {
      isDead = true
    },
    revive: () => {
      isDead = false
    },
    slow: (ms) => {
      Object.assign(delay, { there: ms, back: ms })
    },
    cut,
    halfClose: () => {
      for (const pair of pairs) {
        pair.lost = true
        pair.near.end()
      }
    },
    refuse: stop,
    listen: () => listen(Number(url.port)),
    onStatement: (one) => {
      hear = one
    },
    garble: (said, heard) => {
      garbled = [said, heard]
    },
    close: async () => {
      await stop()
      cut()
    },
  }
}

type SendInOrder = (ms: number, send: () => void) => void

/** Keeps the order of what is passed on, even if the delay changes. */
function openRow(): SendInOrder {
  const row: { at: number; send: () => void }[] = []
  const sendDue = () => {
    for (let [first] = row; first; [first] = row) {
      const early = first.at - performance.now()
      if (early > 0) {
        void comesLater(early).then(sendDue)
        return
      }
      row.shift()
      first.send()
    }
  }
  return (ms, send) => {
    if (ms === 0 && row.length === 0) {
      send()
      return
    }
    row.push({ at: performance.now() + ms, send })
    if (row.length === 1) void comesLater(ms).then(sendDue)
  }
}

const commandQuery = 3

/**
 * Splits one direction of a MySQL conversation into packets. Each command starts with sequence
 * number 0.
 */
function openStatements(): (chunk: Buffer) => string[] {
  let kept: Buffer = Buffer.alloc(0)
  return (chunk) => {
    kept = Buffer.concat([kept, chunk])
    const texts: string[] = []
    while (kept.length >= 4) {
      const end = 4 + kept.readUIntLE(0, 3)
      if (kept.length < end) break
      if (kept[3] === 0 && kept[4] === commandQuery) texts.push(kept.toString('utf8', 5, end))
      kept = kept.subarray(end)
    }
    return texts
  }
}
