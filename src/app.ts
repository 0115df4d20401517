// The composition root: it opens store, backends and WeChat as the config says, and connects them
// with actions, routes and jobs. Nothing else opens anything. What only tests need is among the
// options below, such as `wrap`, by which they stand between the product and its ports.
import { setMaxListeners } from 'node:events'
import { openBatches } from './actions/push/batches.ts'
import { openPushTimes } from './actions/push/push-times.ts'
import { openKnown } from './actions/known/known.ts'
import { openMeasure } from './actions/rules/measure.ts'
import { runReplays } from './actions/rules/run-replays.ts'
import { openTally, writeTally } from './actions/rules/tally.ts'
import { openSender } from './actions/messages/sender.ts'
import { openVoiceEncoder } from './actions/media/wav-to-mp3.ts'
import { openFetcher } from './actions/media/fetch-media.ts'
import { openAssigner } from './actions/queue/assigner.ts'
import { openWorker } from './actions/worker.ts'
import { openBackends, type Backends } from './backends/open.ts'
import { openClients } from './channels/clients.ts'
import { openWechatDesk } from './channels/wechat-desk.ts'
import { openWechatChannel } from './channels/wechat.ts'
import { mediaDir, secretKey, type Config } from './config.ts'
import { openSchedule } from './cron/schedule.ts'
import { readPush, readStored } from './http/push/deeds.ts'
import { routes } from './http/routes.ts'
import { openHttp } from './http/server.ts'
import { openWebhook } from './http/push/webhook.ts'
import { newId } from './ids.ts'
import { openLog, type Log } from './log.ts'
import { openMetrics } from './metrics.ts'
import type { Ports } from './ports.ts'
import { openSecrets } from './secrets.ts'
import type { Disk } from './store/engine/log-file.ts'
import { openStore } from './store/open.ts'
import { openVault } from './store/vault.ts'
import type { SqlHeard, Store } from './store/store.ts'
import { openPasswords } from './passwords.ts'
import { openTime } from './time-source.ts'

export type AppOptions = {
  /**
   * Lets a test replace what the product uses, such as the store or the channel, by something that
   * fails or waits.
   */
  wrap?: (ports: Ports) => Ports
  /**
   * Lets a test replace the store. It is replaced before the clock is opened, which reads its time
   * from it.
   */
  wrapStore?: (store: Store) => Store
  /**
   * How often the database is asked for the time; tests ask more often, so that they need not wait.
   */
  clockEveryMs?: number
  onSql?: SqlHeard
  /**
   * Lets a test replace the disk to which the embedded database forces its log, for example by one
   * that fails.
   */
  disk?: Disk
  log?: Log
  consoleDir?: string | null
  /** Set by tests that run jobs by hand, so that none runs by schedule. */
  withoutCron?: boolean
  /** Aborted when the process has to end while it is still starting. */
  ending?: AbortSignal
  /**
   * Called with the reason when this process must not continue, for example because the disk has
   * failed.
   */
  lost?: (why: string) => void
}

export type App = {
  ports: Ports
  listen: () => Promise<string>
  /** Moves the clock forward to this total advance; it never goes back. */
  advanceTo: (totalMs: number) => Promise<void>
  close: () => Promise<void>
}

const graceMs = 8000

export async function openApp(config: Config, options: AppOptions = {}): Promise<App> {
  const log = options.log ?? openLog(config.LOG_LEVEL)
  const ground = await openGround(config, options, log)
  const { store, time, backends } = ground
  const closing = new AbortController()
  // every running download and upload listens to this signal, so there is no fixed number of
  // listeners
  setMaxListeners(0, closing.signal)
  const ports = compose(config, {
    ...ground,
    log,
    clock: time.clock,
    closing: closing.signal,
    wrap: options.wrap,
  })
  const work = openWork(ports, options, closing.signal)
  let http: Awaited<ReturnType<typeof openHttp>> | null = null

  return {
    ports,
    advanceTo: time.advanceTo,
    listen: async () => {
      http = await openHttp(ports, {
        host: config.HOST,
        port: config.PORT,
        routes,
        consoleDir: options.consoleDir ?? null,
        webhook: work.webhook,
      })
      return http.url
    },
    // the order of closing: first stop taking requests, then let running work finish, then close
    // what it uses
    close: async () => {
      closing.abort()
      await http?.close(graceMs)
      await work.close()
      await time.close()
      await ports.patterns.close()
      await ports.voices.close()
      await backends.close()
      await store.close()
      ports.metrics.close()
    },
  }
}

/**
 * Opens the store, the clock and everything else that actions use. It is opened first and therefore
 * closed last.
 */
async function openGround(config: Config, options: AppOptions, log: Log) {
  // the encryption key is read before anything is opened, because a missing or incomplete one must
  // stop the start
  const secrets = openSecrets(secretKey(config))
  const opened = await openStore({
    url: config.DATABASE_URL,
    dataDir: config.DATA_DIR,
    log,
    alone: config.REDIS_URL === undefined,
    ending: options.ending,
    lost: options.lost,
    disk: options.disk,
    ...(options.onSql && { onSql: options.onSql }),
  })
  const store = options.wrapStore?.(opened) ?? opened
  const metrics = openMetrics()
  const time = await openTime({
    store,
    log,
    metrics,
    clockUrl: config.CLOCK_URL,
    alone: config.REDIS_URL === undefined,
    everyMs: options.clockEveryMs,
    ending: options.ending,
  })
  const backends = await openBackends({ url: config.REDIS_URL, clock: time.clock, log }).catch(
    async (error: unknown) => {
      await time.close()
      await store.close()
      throw error
    },
  )
  const vault = await openVault(mediaDir(config))
  return { store, vault, secrets, metrics, time, backends }
}

/** Opens what works by itself: batches of pushes, workers and jobs. */
function openWork(ports: Ports, { withoutCron }: AppOptions, closing: AbortSignal) {
  const batches = openBatches(ports)
  const workers = [
    openAssigner(ports),
    openSender(ports),
    openFetcher(ports),
    openWorker(ports, { bell: 'replay', work: () => runReplays(ports, closing) }),
  ]
  const schedule = withoutCron ? null : openSchedule(ports)
  const times = openPushTimes(ports)
  return {
    webhook: openWebhook({ ...ports, batches, times }),
    close: async () => {
      await schedule?.close()
      await batches.idle()
      await times.idle()
      await Promise.all(workers.map((worker) => worker.close()))
      await writeTally(ports).catch((error: unknown) => {
        ports.log.warn({ error: String(error) }, 'the last counts of rules were not written')
      })
    },
  }
}

/**
 * The real WeChat shows QR pictures on a different host than its API; the simulator uses its own.
 */
const qrPictures = ({ WECHAT_API_BASE: base }: Config) =>
  base.startsWith('https:') ? 'https://mp.weixin.qq.com' : base.replace(/\/$/, '')

type MadePorts = Pick<Ports, 'log' | 'store' | 'vault' | 'clock' | 'secrets' | 'metrics'> & {
  backends: Backends
  closing: AbortSignal
  wrap: AppOptions['wrap']
}

function compose(
  config: Config,
  { log, store, vault, secrets, metrics, clock, backends, closing, wrap }: MadePorts,
): Ports {
  const hour = 3600_000
  const clients = openClients(
    { store, clock, secrets, cache: backends.cache, ids: newId },
    config.WECHAT_API_BASE,
  )
  const base = {
    log,
    store,
    vault,
    clock,
    queue: backends.queue,
    recent: backends.recent,
    bus: backends.bus,
    cache: backends.cache,
    ids: newId,
    metrics,
    secrets,
    readStored,
    readPush,
    channel: openWechatChannel({ clock, log }, clients, closing),
    desk: openWechatDesk(clients),
    limits: {
      loginIdleMs: config.LOGIN_IDLE_HOURS * hour,
      loginMaxMs: config.LOGIN_MAX_DAYS * 24 * hour,
      keepDays: {
        signIns: config.KEEP_SIGN_INS_DAYS,
        audit: config.KEEP_AUDIT_DAYS,
        inbox: config.KEEP_INBOX_DAYS,
        unused: config.KEEP_UNUSED_FILES_DAYS,
      },
      maxInFlight: config.WEBHOOK_MAX_IN_FLIGHT,
      metricsToken: config.METRICS_TOKEN ?? null,
      trustedProxies: config.TRUSTED_PROXIES,
      qrPictures: qrPictures(config),
      publicUrl: config.PUBLIC_URL?.replace(/\/$/, '') ?? null,
    },
  }
  const ports = {
    ...base,
    known: openKnown(base),
    patterns: openMeasure(),
    voices: openVoiceEncoder(),
    passwords: openPasswords(),
    tally: openTally(),
  }
  return wrap ? wrap(ports) : ports
}
