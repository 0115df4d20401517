// A broken WeChat: a server in front of the simulator that answers the calls of chosen accounts
// wrongly, too slowly or not at all. It recognises the account by the access token or, in the call
// for one, by the appid in the body.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type BrokenWechat = {
  url: string
  /**
   * From now on, calls of this account whose path contains `path` are answered in this broken way.
   */
  breakFor: (appid: string, broken: { path: string; way: BrokenWay }) => void
  /**
   * How many calls were answered in a broken way, so that a test can check that the failure really
   * happened.
   */
  struck: (appid: string) => number
  close: () => Promise<void>
}
export type BrokenWay = keyof typeof ways

const json = { 'Content-Type': 'application/json' }
const all = '{"errcode":0,"errmsg":"ok","access_token":"broken","expires_in":7200}'

/**
 * The ways to break an answer: each sends a broken answer, or none at all, in place of the correct
 * one.
 */
const ways = {
  closed: (response) => {
    response.socket?.destroy()
  },
  reset: (response) => {
    response.socket?.resetAndDestroy()
  },
  silent: () => undefined,
  headersOnly: (response) => {
    response.writeHead(200, json).flushHeaders()
  },
  drips: drip,
  half: (response) => {
    response.writeHead(200, { ...json, 'Content-Length': all.length })
    response.write(all.slice(0, 20), () => response.socket?.resetAndDestroy())
  },
  html: (response) => {
    response.writeHead(502, { 'Content-Type': 'text/html' }).end('<html>502 Bad Gateway</html>')
  },
  noJson: (response) => {
    response.writeHead(200, json).end('{"errcode":0,')
  },
  busy: (response) => {
    response.writeHead(200, json).end('{"errcode":-1,"errmsg":"system error"}')
  },
  huge: pour,
  elsewhere: (response, own) => {
    // redirects to an address that answers successfully, so that a client which follows the
    // redirect would take the call for done
    response.writeHead(302, { Location: `${own}/sim/clock` }).end()
  },
} satisfies Record<string, (response: ServerResponse, own: string) => void>

export const everyWay = Object.keys(ways) as BrokenWay[]

/**
 * Sends bytes so slowly that the answer never ends in time, although the connection never falls
 * silent.
 */
function drip(response: ServerResponse): void {
  response.writeHead(200, { ...json, 'Content-Length': all.length })
  let at = 0
  const timer = setInterval(() => {
    response.write(all.charAt((at += 1)))
  }, 400)
  response.on('close', () => {
    clearInterval(timer)
  })
}

function pour(response: ServerResponse): void {
  response.writeHead(200, json).write('{"errmsg":"')
  const more = Buffer.alloc(1024 * 1024, 'a')
  const on = () => {
    while (!response.destroyed && response.write(more));
  }
  response.on('drain', on)
  on()
}

export async function openBrokenWechat(simulator: string): Promise<BrokenWechat> {
  const broken = new Map<string, { path: string; way: BrokenWay }>()
  const struck = new Map<string, number>()
  const owners = new Map<string, string>()
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  const ownerOf = (path: string, body: Buffer): string => {
    const token = /access_token=([^&]+)/.exec(path)?.[1] ?? ''
    return owners.get(token) ?? /"appid":"(\w+)"/.exec(body.toString('latin1'))?.[1] ?? ''
  }
  const pass = async (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const answer = await fetch(`${simulator}${request.url ?? ''}`, {
      method: request.method ?? 'GET',
      headers: { 'Content-Type': request.headers['content-type'] ?? '' },
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    })
    const bytes = Buffer.from(await answer.arrayBuffer())
    const given = /"access_token":"([^"]+)"/.exec(bytes.toString('latin1'))?.[1]
    if (given) owners.set(encodeURIComponent(given), ownerOf('', body))
    const type = answer.headers.get('content-type') ?? ''
    response.writeHead(answer.status, { 'Content-Type': type }).end(bytes)
  }
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request)
    const path = request.url ?? ''
    const appid = ownerOf(path, body)
    const fault = broken.get(appid)
    if (!fault || !path.includes(fault.path)) return pass(request, body, response)
    struck.set(appid, (struck.get(appid) ?? 0) + 1)
    ways[fault.way](response, url)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    breakFor: (appid, fault) => {
      broken.set(appid, fault)
    },
    struck: (appid) => struck.get(appid) ?? 0,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
