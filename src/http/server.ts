// Shows in one place everything that happens to a request, in order.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HealthAnswer, ReadyAnswer } from 'kefu-wire'
import express, { type Express, type RequestHandler } from 'express'
import { countRefused } from '../actions/push/list-refused.ts'
import { AppError } from '../errors.ts'
import { inBackground } from '../in-background.ts'
import type { Ports } from '../ports.ts'
import { serverDoors, type ServerDoor } from './doors.ts'
import { isLoopbackPeer } from './engine/address.ts'
import { bearerOf, sameSecret } from './engine/auth.ts'
import { serveConsole } from './engine/console.ts'
import { sendPage, sendPageFile } from './engine/api-docs.ts'
import { answerErrors } from './engine/error-handler.ts'
import { answerRoute, bodyIsAnObject, bodyIsJson } from './engine/answer.ts'
import { refuseDeep } from './engine/json-depth.ts'
import { openFront, type Front } from './push/front.ts'
import { overHttp } from './push/over-http.ts'
import type { Webhook } from './push/webhook.ts'
import { isPage } from './routes/platforms.ts'
import { openReadiness } from './engine/readiness.ts'
import type { Route } from './engine/route.ts'

export type HttpOptions = {
  host: string
  port: number
  webhook: Webhook
  routes: Route[]
  consoleDir: string | null
}
export type Http = { url: string; close: (graceMs: number) => Promise<void> }

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

export async function openHttp(ports: Ports, options: HttpOptions): Promise<Http> {
  const life = { closing: false }
  const app = openApp(ports, options, life)
  const push = overHttp(ports.limits, options.webhook)
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 65_000 },
    (request, response) => {
      if (life.closing) response.setHeader('Connection', 'close')
      // pushes are handled before the framework, which would take longer than everything we do for
      // a push
      if (request.url?.startsWith('/wechat/') && !isPage(request.url)) {
        inBackground(ports.log, 'a push', push(request, response))
      } else app(request, response)
    },
  )
  server.maxHeadersCount = 60
  const front = openFront(server, {
    webhook: options.webhook,
    isClosing: () => life.closing,
    log: ports.log,
  })
  await listen(server, options)
  return {
    url: urlOf(server, options.host),
    close: async (graceMs) => {
      life.closing = true
      await closeServer(server, front, graceMs)
    },
  }
}

function openApp(ports: Ports, options: HttpOptions, life: { closing: boolean }): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.use(nameAndGuard(ports))
  const handlers = handlersOf(ports, life)
  for (const [name, { method, path }] of Object.entries(serverDoors)) {
    app[method](path, handlers[name as ServerDoor])
  }
  for (const route of options.routes.filter((one) => one.upload)) {
    app[route.method](route.path, answerRoute(ports, route))
  }
  app.use(
    bodyIsJson,
    express.json({
      limit: '256kb',
      strict: true,
      type: () => true,
      verify: (_request, _response, body) => {
        refuseDeep(body)
      },
    }),
    bodyIsAnObject,
  )
  for (const route of options.routes) app[route.method](route.path, answerRoute(ports, route))
  if (options.consoleDir !== null) serveConsole(app, options.consoleDir)
  app.use(() => {
    throw new AppError('not_found', 'There is nothing here.')
  })
  app.use(answerErrors(ports))
  return app
}

const handlersOf = (
  ports: Ports,
  life: { closing: boolean },
): Record<ServerDoor, RequestHandler> => ({
  health: (_request, response) => {
    response.json({ ok: true } satisfies HealthAnswer)
  },
  readiness: answerReady(ports, life),
  metrics: answerMetrics(ports),
  docs: sendPage,
  docsFile: sendPageFile,
})

function nameAndGuard(ports: Ports): RequestHandler {
  return (_request, response, next) => {
    response.set({
      'X-Request-Id': ports.ids(),
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    next()
  }
}

function answerReady(ports: Ports, life: { closing: boolean }): RequestHandler {
  const ready = openReadiness(ports, [ports.store.probe, ports.vault.probe])
  return async (_request, response) => {
    if (life.closing) throw new AppError('store_away', 'This process is closing.')
    await ready().catch((error: unknown) => {
      ports.log.warn({ err: error }, 'not ready: something cannot be written')
      throw new AppError('store_away', 'The database or a disk does not take a write.')
    })
    response.json({ ready: true } satisfies ReadyAnswer)
  }
}

function answerMetrics({ limits, metrics, store }: Ports): RequestHandler {
  return async (request, response) => {
    const may =
      limits.metricsToken === null
        ? isLoopbackPeer(request)
        : sameSecret(bearerOf(request), limits.metricsToken)
    if (!may) throw new AppError('not_allowed', 'METRICS_TOKEN, or loopback only.')
    // even if the database is away, the other metrics are still reported
    await countRefused({ store }).then(
      (open) => {
        metrics.refusedPushes.set(open)
      },
      () => undefined,
    )
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  }
}

function listen(server: Server, { host, port }: HttpOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

async function closeServer(server: Server, front: Front, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve()
    })
  })
  // during a shutdown idle connections are closed again and again, because a connection whose last
  // answer has just been sent becomes idle only a moment later
  const closeIdle = () => {
    front.closeIdle()
    server.closeIdleConnections()
  }
  const idle = setInterval(closeIdle, 50)
  const end = setTimeout(() => {
    front.closeAll()
    server.closeAllConnections()
  }, graceMs)
  closeIdle()
  await closed
  clearInterval(idle)
  clearTimeout(end)
}
