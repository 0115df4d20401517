import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { serveApi } from './api/serve.ts'
import { servePage } from './assets.ts'
import { serveMedia, serveQr } from './files.ts'
import { failWith, mayPass, sendFailure } from './http.ts'
import type { Exchange } from './http.ts'
import { pushDueTickets } from './platform/notices.ts'
import { serveSim } from './sim/serve.ts'
import { sweepMedia } from './state/media.ts'
import { openStore } from './state/store.ts'
import type { Store } from './state/store.ts'
import type { Timing } from './types.ts'

export type SimulatorOptions = {
  host: string
  port: number
  /**
   * The folder in which the state is stored. If null, nothing is stored, and everything is gone
   * when the simulator ends.
   */
  dataDir: string | null
  /** Shorter time limits for pushes, for tests. By default they are WeChat's. */
  timing?: Partial<Timing>
}
export type Simulator = { url: string; close: () => Promise<void> }

const platformTiming: Timing = { deadlineMs: 5000, pauseMs: 1000 }

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

type Serve = (store: Store, exchange: Exchange) => Promise<void> | void

/** The parts of the simulator that take every method, by path. */
const rooms: [path: RegExp, serve: Serve][] = [
  [/^\/(cgi-bin|customservice|sns|datacube)\//, serveApi],
  [/^\/sim\/(?!media\/)/, serveSim],
]
/**
 * Where GET and HEAD are looked up. The first entry whose path matches is taken, so exact paths
 * stand before the parts that contain them, and the pages, which match everything, come last.
 */
const reading: [path: RegExp, serve: Serve][] = [
  [
    /^\/(cgi-bin\/componentloginpage|wxaopen\/safe\/bindcomponent|connect\/oauth2\/authorize)$/,
    (_store, { response }) => {
      servePage(response, '/consent.html')
    },
  ],
  [
    /^\/cgi-bin\/showqrcode$/,
    (store, { response, url }) => {
      serveQr(store, response, url.searchParams.get('ticket') ?? '')
    },
  ],
  [
    /^\/(mmbiz|vod|sim\/media)\//,
    (store, { response, url }) => {
      serveMedia(store, response, url.pathname)
    },
  ],
  ...rooms,
  [
    /^/,
    (_store, { response, url }) => {
      servePage(response, url.pathname)
    },
  ],
]

async function serve(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const isOurs = mayPass(request, request.socket.localPort ?? 0)
  if (!isOurs) throw failWith(403, 'foreign_origin', 'only this machine may use the simulator')
  const reads = request.method === 'GET' || request.method === 'HEAD'
  const found = (reads ? reading : rooms).find(([path]) => path.test(url.pathname))
  if (found === undefined) throw failWith(405, 'method_not_allowed', 'GET only')
  await found[1](store, { request, response, url })
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/**
 * Idle connections are never closed here, only by the client: otherwise a client on a busy machine
 * can choose a connection for its next call at the moment in which it is closed.
 */
const forEver = 0

export async function openSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host, port, dataDir } = options
  if (!isLoopback(host)) throw new Error(`The simulator listens on loopback only, not on ${host}`)
  const store = openStore(dataDir, { ...platformTiming, ...options.timing })
  const server = createServer({ keepAliveTimeout: forEver }, (request, response) => {
    serve(store, request, response).catch((error: unknown) => {
      sendFailure(response, error)
    })
  })
  try {
    await listen(server, port, host)
  } catch (error) {
    store.close()
    throw error
  }
  const name = host.includes(':') ? `[${host}]` : host
  store.origin = `http://${name}:${portOf(server)}`
  const ticking = setInterval(() => {
    pushDueTickets(store)
    sweepMedia(store)
  }, 1000).unref()
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      clearInterval(ticking)
      store.closing.abort()
      server.close(() => {
        store.close()
        resolve()
      })
      server.closeAllConnections()
    })
  return { url: store.origin, close }
}
