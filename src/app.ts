// The composition root: config → store, backends, wechat → actions → doors. Nobody else opens anything. `wrap` lets a test stand
// between the product and its ports; there are no flags for tests in the product.
import { openBatches } from './actions/messages/batches.ts'
import { openKnown } from './actions/known.ts'
import { openSender } from './actions/messages/sender.ts'
import { openAssigner } from './actions/sessions/assigner.ts'
import { openBackends, type Backends } from './backends/open.ts'
import { openWechatChannel } from './channels/wechat.ts'
import { secretKey, type Config } from './config.ts'
import { openSchedule } from './cron/schedule.ts'
import { routes } from './http/routes.ts'
import { openHttp } from './http/server.ts'
import { openWebhook } from './http/webhook.ts'
import { newId } from './ids.ts'
import { openLog, type Log } from './log.ts'
import { openMetrics } from './metrics.ts'
import type { Ports } from './ports.ts'
import { openSecrets } from './secrets.ts'
import { openStore } from './store/open.ts'
import type { SqlHeard } from './store/store.ts'
import { openTime } from './time-source.ts'

export type AppOptions = {
  wrap?: (ports: Ports) => Ports
  onSql?: SqlHeard
  log?: Log
  consoleDir?: string | null
  /** A test that runs jobs by hand leaves the clock's door shut. */
  withoutCron?: boolean
}

export type App = {
  ports: Ports
  listen: () => Promise<string>
  /** Moves the clock forward to this sum; never back. */
  advanceTo: (totalMs: number) => Promise<void>
  close: () => Promise<void>
}

const graceMs = 8000

export async function openApp(config: Config, options: AppOptions = {}): Promise<App> {
  const log = options.log ?? openLog(config.LOG_LEVEL)
  // first, because it may refuse
  const secrets = openSecrets(secretKey(config))
  const store = await openStore({
    url: config.DATABASE_URL, dataDir: config.DATA_DIR, log, alone: config.REDIS_URL === undefined, ...(options.onSql && { onSql: options.onSql }),
  })
  const time = await openTime({ store, log, clockUrl: config.CLOCK_URL })
  const backends = await openBackends({ url: config.REDIS_URL, clock: time.clock, log }).catch(async (error: unknown) => {
    time.close()
    await store.close()
    throw error
  })
  const ports = compose(config, { log, store, secrets, clock: time.clock, backends, wrap: options.wrap })
  const batches = openBatches(ports)
  const sender = openSender(ports)
  const assigner = openAssigner(ports)
  const schedule = options.withoutCron ? null : openSchedule(ports)
  const webhook = openWebhook({ ...ports, batches })
  let http: Awaited<ReturnType<typeof openHttp>> | null = null

  return {
    ports,
    advanceTo: time.advanceTo,
    listen: async () => {
      http = await openHttp(ports, {
        host: config.HOST, port: config.PORT, routes, consoleDir: options.consoleDir ?? null,
        webhook: (request, response) => { void webhook(request, response) },
      })
      return http.url
    },
    // doors first, then what still runs, then what they stand on: nothing is left half-done
    close: async () => {
      await http?.close(graceMs)
      await schedule?.close()
      await batches.idle()
      await sender.close()
      await assigner.close()
      time.close()
      await ports.channel.close()
      await backends.close()
      await store.close()
      ports.metrics.close()
    },
  }
}

type Made = Pick<Ports, 'log' | 'store' | 'clock' | 'secrets'> & { backends: Backends, wrap: AppOptions['wrap'] }

function compose(config: Config, { log, store, secrets, clock, backends, wrap }: Made): Ports {
  const hour = 3600_000
  const base = {
    log, store, clock, queue: backends.queue, recent: backends.recent, bus: backends.bus, cache: backends.cache, ids: newId, metrics: openMetrics(),
    secrets, channel: openWechatChannel({ store, clock, secrets, cache: backends.cache, ids: newId }, config.WECHAT_API_BASE),
    limits: {
      loginIdleMs: config.LOGIN_IDLE_HOURS * hour, loginMaxMs: config.LOGIN_MAX_DAYS * 24 * hour, maxInFlight: config.WEBHOOK_MAX_IN_FLIGHT,
      metricsToken: config.METRICS_TOKEN ?? null, trustedProxies: config.TRUSTED_PROXIES,
    },
  }
  const ports = { ...base, known: openKnown(base) }
  return wrap ? wrap(ports) : ports
}
