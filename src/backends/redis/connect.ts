// Creates the clients for a Redis address. No question throws into an action or waits much longer
// than `answersMs`: while Redis is away every one is answered `undefined` at once, and the clients
// keep reconnecting.
import { Cluster, Redis, type ChainableCommander, type RedisOptions } from 'ioredis'
import type { Log } from '../../log.ts'
import { readAddress, shown, type Address } from './address.ts'
import { openListener, type Hears, type Listener } from './listener.ts'

export type Database = 0 | 1 | 2 | 4
const databases: Database[] = [0, 1, 2, 4]

export type Link = {
  /** A Redis Cluster has only one database, so the database number becomes a prefix of the key. */
  key: (name: string) => string
  /**
   * Asks Redis one command. The result is `undefined` if Redis does not answer or refuses the
   * command.
   */
  ask: <T>(call: (redis: Redis | Cluster) => Promise<T>) => Promise<T | undefined>
  /**
   * Asks Redis several commands at once. The result is `undefined` if Redis does not answer or
   * refuses any one of them.
   */
  askAll: (commands: Command[]) => Promise<unknown[] | undefined>
  isUp: () => boolean
  onBack: (hear: () => void) => void
}
export type Command = [name: string, ...args: (string | number)[]]

export type Connection = {
  link: (database: Database) => Link
  listen: (hears: Hears) => Listener
  /** The connections to the servers that hold keys: one, or all masters of a cluster. */
  masters: () => Redis[]
  close: () => void
}

const answersMs = 500
const startsWithinMs = 2000
/** How long to wait before a client that has ended is replaced. */
const endedMs = 50
const again = (times: number) => Math.min(25 * 2 ** Math.min(times, 10), 400)

const common = (address: Address): RedisOptions => ({
  ...(address.username !== undefined && { username: address.username }),
  ...(address.password !== undefined && { password: address.password }),
  // a frozen server accepts the connection and never closes it, so connections we give up are
  // destroyed soon
  connectTimeout: answersMs,
  commandTimeout: answersMs,
  disconnectTimeout: 100,
  keepAlive: 5000,
  // a command that we gave up must not run later, and no command waits while Redis is away
  maxRetriesPerRequest: 1,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  retryStrategy: again,
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  lazyConnect: true,
})

function plain(address: Address, more: RedisOptions, at = 0): Redis {
  const options = { ...common(address), ...more }
  if (address.kind !== 'sentinel') {
    return new Redis({ ...options, ...address.hosts[at % address.hosts.length] })
  }
  return new Redis({
    ...options,
    sentinels: address.hosts,
    name: address.master ?? '',
    failoverDetector: true,
    sentinelCommandTimeout: answersMs,
    sentinelRetryStrategy: again,
    ...(address.sentinelPassword !== undefined && { sentinelPassword: address.sentinelPassword }),
  })
}

function cluster(address: Address): Cluster {
  return new Cluster(address.hosts, {
    redisOptions: common(address),
    enableOfflineQueue: false,
    lazyConnect: true,
    clusterRetryStrategy: again,
    slotsRefreshTimeout: answersMs,
    slotsRefreshInterval: 5000,
  })
}

/** Waits only briefly for Redis, because pushes are accepted without it. */
export async function connect(url: string, log: Log): Promise<Connection> {
  const address = readAddress(url)
  const outage = openOutage(log, shown(address))
  const hearRefusal = openForeign(log, shown(address))
  const clients =
    address.kind === 'cluster' ? [cluster(address)] : databases.map((db) => plain(address, { db }))
  const links = clients.map((client) => openLink(client, { outage, hearRefusal }))
  const listeners: Listener[] = []

  await inTime(Promise.all(links.map((link) => link.ready)), startsWithinMs).catch(() => undefined)
  return {
    link: (database) => {
      const at = address.kind === 'cluster' ? 0 : databases.indexOf(database)
      const prefix = address.kind === 'cluster' ? `db${database}:` : ''
      const link = links[at]
      if (!link) throw new Error(`no link to database ${database}`)
      return { ...link, key: (name) => prefix + name }
    },
    listen: (hears) => {
      // pub/sub is the same on all databases and cluster slots, so any server will do, and another
      // one if it fails
      const listener = openListener(
        (at) =>
          plain(address, { retryStrategy: () => null, sentinelRetryStrategy: () => null }, at),
        hears,
      )
      listeners.push(listener)
      return listener
    },
    masters: () =>
      clients
        .slice(0, 1)
        .flatMap((client) => (client instanceof Cluster ? client.nodes('master') : [client])),
    close: () => {
      for (const listener of listeners) listener.close()
      for (const link of links) link.close()
    },
  }
}

type Outage = { fell: (who: object, why: unknown) => void; back: (who: object) => void }

/** Logs one line when the first client loses its connection and one when the last is back. */
function openOutage(log: Log, redis: string): Outage {
  const down = new Set<object>()
  return {
    fell: (who, why) => {
      if (down.size === 0) {
        log.warn({ redis, error: String(why) }, 'Redis does not answer: the work goes on from SQL')
      }
      down.add(who)
    },
    back: (who) => {
      if (down.delete(who) && down.size === 0) log.info({ redis }, 'Redis answers again')
    },
  }
}

/** How often at most it is logged that another program has stored a value under one of our keys. */
const foreignAgainMs = 60_000
const foreignMost = 1000

/**
 * Logs that some other program has stored a value of another type under one of our keys. The next
 * repair of the queue index replaces the value, but people should know of the other program.
 */
function openForeign(log: Log, redis: string): (error: unknown) => void {
  const told = new Map<string, number>()
  return (error) => {
    if (!(error instanceof Error) || !error.message.includes('WRONGTYPE')) return
    const key = keyOf(error)
    const now = performance.now()
    if (now - (told.get(key) ?? -Infinity) < foreignAgainMs) return
    if (told.size >= foreignMost) told.clear()
    told.set(key, now)
    log.warn({ redis, key }, 'Redis holds something else under a key of kefu')
  }
}

/**
 * Finds the key in a command that failed. In a script call the keys come after the script and their
 * number; in any other command the key comes first.
 */
function keyOf(error: Error & { command?: { name: string; args: unknown[] } }): string {
  const { name = '', args = [] } = error.command ?? {}
  return String(args[name === 'eval' ? 2 : 0])
}

type OpenLink = Omit<Link, 'key'> & { ready: Promise<void>; close: () => void }

type Heard = { outage: Outage; hearRefusal: (error: unknown) => void }

function openLink(client: Redis | Cluster, { outage, hearRefusal }: Heard): OpenLink {
  const hearers: (() => void)[] = []
  const state = { up: false, fell: false, closed: false, falls: 0 }
  const fall = (why: unknown) => {
    if (state.closed) return
    Object.assign(state, { up: false, fell: true, falls: state.falls + 1 })
    outage.fell(client, why)
  }
  const ready = new Promise<void>((resolve) => {
    client.on('ready', () => {
      const back = state.fell
      Object.assign(state, { up: true, fell: false })
      outage.back(client)
      resolve()
      if (back) for (const hear of hearers) hear()
    })
  })
  client.on('error', fall)
  client.on('close', () => {
    fall('the connection is closed')
  })
  const begin = () => {
    if (!state.closed) client.connect().catch(fall)
  }
  // the client normally reconnects forever, but if a failover is reported while it is asking the
  // sentinels for the master, it ends for good
  client.on('end', () => {
    setTimeout(begin, endedMs)
  })
  begin()

  const ask = async <T>(call: (redis: Redis | Cluster) => Promise<T>): Promise<T | undefined> => {
    if (!state.up) return undefined
    const { falls } = state
    try {
      return await inTime(call(client), answersMs + 100)
    } catch (error) {
      hearRefusal(error)
      // if a command got no answer at all, the connection is replaced: only a new one can tell a
      // frozen server from a slow one. A refusal shows that the server is alive
      if (!state.closed && falls === state.falls && !isRefusal(error)) {
        fall(error)
        client.disconnect(true)
      }
      return undefined
    }
  }
  return {
    ask,
    ready,
    askAll: (commands) => ask((redis) => all(redis.pipeline(commands))),
    isUp: () => state.up,
    onBack: (hear) => {
      hearers.push(hear)
    },
    close: () => {
      Object.assign(state, { up: false, closed: true })
      client.disconnect()
    },
  }
}

const isRefusal = (error: unknown) => error instanceof Error && error.name === 'ReplyError'

export async function all(pipeline: ChainableCommander): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? []
  return answers.map(([error, answer]) => {
    if (error) throw error
    return answer
  })
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${ms} ms`))
    }, ms)
  })
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer)
  })
}
