// A wire to a server that can be cut, or goes dead: nothing is closed, nothing is refused, and nothing ever comes of what is sent.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { comesLater } from './pauses.ts'

export type TcpProxy = {
  /** Of the server, by way of the proxy. */
  url: string
  /** From now on what either side sends goes nowhere, on old connections and on new ones. */
  goDead: () => void
  /** What was swallowed stays lost, so connections of before stay dead. */
  revive: () => void
  /** From now on the server hears everything so much later. */
  slow: (ms: number) => void
  /** Every connection is reset. */
  cut: () => void
  /** Hears each statement of MySQL's protocol; `true` cuts all wires once the server has it. */
  onStatement: (hear: (text: string) => boolean) => void
  /** The server hears the second where the first was said; both are equally long. */
  garble: (said: string, heard: string) => void
  close: () => Promise<void>
}

/** `delayMs`: how much later the server hears what is sent to it, as if it stood further away. */
export async function openTcpProxy(target: string, options = { delayMs: 0 }): Promise<TcpProxy> {
  const { hostname, port } = new URL(target)
  let { delayMs } = options
  const pairs = new Set<[Socket, Socket]>()
  let isDead = false
  let hear: (text: string) => boolean = () => false
  let garbled: [said: string, heard: string] | null = null
  const asHeard = (chunk: Buffer): Buffer =>
    garbled ? Buffer.from(chunk.toString('latin1').replace(...garbled), 'latin1') : chunk

  const cut = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy()
      far.destroy()
    }
  }
  // whichever timer fires, the first goes first
  const openLater = () => {
    const waiting: (() => void)[] = []
    return (send: () => void) => {
      if (delayMs === 0 && waiting.length === 0) {
        send()
        return
      }
      waiting.push(send)
      void comesLater(delayMs).then(() => waiting.shift()?.())
    }
  }
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    let lost = isDead
    const statements = openStatements()
    const later = openLater()
    near.on('data', (chunk: Buffer) => {
      lost ||= isDead
      if (lost) return
      const cuts = statements(chunk).filter((text) => hear(text)).length > 0
      later(() => {
        far.write(asHeard(chunk), () => {
          if (cuts) cut()
        })
      })
    })
    far.on('data', (chunk: Buffer) => {
      lost ||= isDead
      if (!lost) near.write(chunk)
    })
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        pairs.delete(pair)
        // a dead wire does not tell that the other side has gone
        if (!lost || socket === near) other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
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
      delayMs = ms
    },
    cut,
    onStatement: (one) => {
      hear = one
    },
    garble: (said, heard) => {
      garbled = [said, heard]
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}

const commandQuery = 3

/** Cuts one side of a conversation into packets; a command that asks begins each at 0. */
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
