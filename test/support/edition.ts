// Chooses the edition in which the tests run: embedded, unless the runner has started servers. In
// the cluster edition the product under test has two processes on MariaDB and Redis behind nginx;
// tests use it from outside in the same way.
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { startNginx } from '../../scripts/services/nginx.ts'
import type { ProcessReport } from './ends-clean.ts'
import type { AskedOfProcess, Opening, ToldByProcess } from './second-process.ts'
import { hasEnded, keepProcess, takeProcess } from './warm-process.ts'

// eslint-disable-next-line no-restricted-properties -- set by scripts/test/main.js, no settings of the product
const told = process.env

export const isCluster = told['KEFU_TEST_EDITION'] === 'cluster'

export type OpenedEdition = { settings: Record<string, string>; close: () => Promise<void> }

export type Servers = { mariadb: string; redis: string }

/** The servers that the runner has started, or null in the embedded edition. */
export const serversOfRunner = (): Servers | null =>
  isCluster ? { mariadb: needed('KEFU_TEST_MARIADB'), redis: needed('KEFU_TEST_REDIS') } : null

/**
 * In the cluster edition, creates a new, empty database. The products under test share one Redis
 * and one appid, but tokens come from different simulators, so each product has its own encryption
 * key and cannot use the tokens of others.
 */
export async function openEdition(servers = serversOfRunner()): Promise<OpenedEdition> {
  if (!servers) return { settings: {}, close: () => Promise.resolve() }
  const name = `test_${randomBytes(8).toString('hex')}`
  const server = servers.mariadb
  await onServer(server, `create database ${name} character set utf8mb4`)
  return {
    settings: {
      DATABASE_URL: server.replace(/\/[^/]*$/, `/${name}`),
      REDIS_URL: servers.redis,
      SECRET_KEY: randomBytes(32).toString('hex'),
    },
    close: () => onServer(server, `drop database ${name}`),
  }
}

function needed(name: string): string {
  const value = told[name]
  if (!value) throw new Error(`${name} is not set: npm test starts the servers and sets it`)
  return value
}

/**
 * Runs one or several SQL statements on the database server of the cluster edition, beside the
 * product.
 */
export async function onServer(url: string, query: string): Promise<void> {
  // the driver is loaded here, because most processes of the embedded edition never need it
  const { createConnection } = await import('mysql2/promise')
  const uri = url.replace('mariadb:', 'mysql:')
  const connection = await createConnection({ uri, multipleStatements: true })
  await connection.query(query)
  await connection.end()
}

export type Second = {
  url: string
  child: ChildProcess
  advanceTo: (totalMs: number) => Promise<void>
  /** Makes the database's clock jump for the second process, as it did for the first. */
  jumpTo: (ms: number) => void
  /**
   * Resolves when everything the process has reported so far has arrived, so that no warning is
   * missed.
   */
  allSaid: () => Promise<void>
  /** Starts a second process once more, after the one before it has ended. */
  again: () => Promise<void>
  close: () => Promise<void>
}

/**
 * Waits for the answer to what the second process was told to do. Lines of its log arrive over the
 * same channel and are not taken for the answer.
 */
function answer(child: ChildProcess): Promise<ToldByProcess> {
  return new Promise((resolve, reject) => {
    // one listener stays until the answer has come: if a new one were added for each message, the
    // second of two that arrive together would be lost
    const hear = (told: ToldByProcess) => {
      if ('said' in told) return
      child.off('message', hear).off('exit', gone)
      resolve(told)
    }
    const gone = () => {
      child.off('message', hear)
      reject(new Error('the second process ended before it answered'))
    }
    child.on('message', hear).once('exit', gone)
  })
}

function ask(child: ChildProcess, asked: AskedOfProcess): Promise<ToldByProcess> {
  const answered = answer(child)
  child.send(asked)
  return answered
}

/** Starts a second process of the same product, with these settings, for the cluster edition. */
export async function openSecond(
  settings: Record<string, string>,
  {
    withoutCron,
    clock = {},
    hear = () => undefined,
  }: {
    withoutCron: boolean
    clock?: Opening['clock']
    hear?: (said: ProcessReport) => void
  },
): Promise<Second> {
  const start = async (port: string) => {
    const child = takeProcess()
    child.on('message', (told: ToldByProcess) => {
      if ('said' in told) hear(told.said)
    })
    const open = { settings: { ...settings, PORT: port }, withoutCron, clock }
    const first = await ask(child, { open })
    if (!('url' in first)) throw new Error('the second process did not say where it listens')
    return { child, url: first.url }
  }
  let { child, url } = await start(settings['PORT'] ?? '0')
  return {
    url,
    get child() {
      return child
    },
    advanceTo: async (totalMs) => {
      await ask(child, { advanceTo: totalMs })
    },
    jumpTo: (ms) => {
      child.send({ jumpTo: ms } satisfies AskedOfProcess)
    },
    allSaid: async () => {
      if (!hasEnded(child)) await ask(child, { askAllSaid: true })
    },
    again: async () => {
      ;({ child, url } = await start(new URL(url).port))
    },
    close: async () => {
      if (hasEnded(child)) return
      await ask(child, { close: true })
      keepProcess(child)
    },
  }
}

export const openBalancer = (upstreams: string[]) => startNginx({ upstreams })
