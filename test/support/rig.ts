// A connection between product and simulator that can be cut, fall silent or give wrong answers
// exactly when a message is sent.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export type Cut = 'refuse' | 'reset' | 'resetAfter' | 'silence' | 'half' | 'html' | 'busy'
export type Rig = {
  url: string
  /**
   * Prepares a failure of the next message. It happens once, except that `refuse` lasts until it is
   * ended.
   */
  arm: (cut: Cut) => Promise<void>
  mend: () => Promise<void>
  /**
   * How many messages have been hit by a prepared failure other than `refuse`, so that a test can
   * check that it happened.
   */
  struck: () => number
  close: () => Promise<void>
}

const isSend = (chunk: Buffer) => chunk.includes('/cgi-bin/message/custom/send')

const lies: Partial<Record<Cut, string>> = {
  html: 'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 26\r\nConnection: close\r\n\r\n<html>502 no luck</html>\r\n',
  busy: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 39\r\nConnection: close\r\n\r\n{"errcode":-1,"errmsg":"system error"}\n',
}

export async function openRig(target: string): Promise<Rig> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let armed: Cut | null = null
  let struck = 0
  let refusing = false

  const strike = (): Cut | null => {
    const cut = armed
    armed = null
    if (cut) struck += 1
    return cut
  }
  const serve = (near: Socket) => {
    const far = connect(Number(port), hostname)
    let cut: Cut | null = null
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        if (cut !== 'silence') (socket === near ? far : near).destroy()
      })
    }
    near.on('data', (chunk: Buffer) => {
      if (cut === null && armed !== null && isSend(chunk)) cut = strike()
      const lie = cut && lies[cut]
      if (cut === 'reset') near.resetAndDestroy()
      else if (lie) near.end(lie)
      // the simulator answers only requests for its own host and port, so the proxy's are replaced
      else {
        far.write(
          Buffer.from(
            chunk.toString('latin1').replace(`127.0.0.1:${own}`, `${hostname}:${port}`),
            'latin1',
          ),
        )
      }
    })
    far.on('data', (chunk: Buffer) => {
      if (cut === null) near.write(chunk)
      if (cut === 'resetAfter') near.resetAndDestroy()
      if (cut === 'half') near.write(chunk.subarray(0, chunk.length - 12), () => near.destroy())
    })
  }
  const listen = (at: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer(serve)
      server.once('error', reject)
      server.listen(at, '127.0.0.1', () => {
        resolve(server)
      })
    })
  let server = await listen(0)
  const { port: own } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
      for (const socket of sockets) socket.destroy()
    })

  return {
    url: `http://127.0.0.1:${own}`,
    arm: async (cut) => {
      if (cut !== 'refuse') {
        armed = cut
        return
      }
      refusing = true
      await stop()
    },
    mend: async () => {
      armed = null
      if (refusing) server = await listen(own)
      refusing = false
    },
    struck: () => struck,
    close: stop,
  }
}

export type Sent = {
  n: number
  openid: string
  text: string
  errcode: number | null
  delivered: boolean
}

/** Reads every message that reached the simulator, in order. */
export async function sentTo(simulator: string): Promise<Sent[]> {
  const { items } = (await (await fetch(`${simulator}/sim/ledger?limit=10000`)).json()) as {
    items: {
      n: number
      path: string
      openid: string
      errcode?: number
      delivered?: boolean
      request: { text?: { content: string } }
    }[]
  }
  return items
    .filter((item) => item.path === '/cgi-bin/message/custom/send')
    .map((item) => ({
      n: item.n,
      openid: item.openid,
      text: item.request.text?.content ?? '',
      errcode: item.errcode ?? null,
      delivered: item.delivered === true,
    }))
}
