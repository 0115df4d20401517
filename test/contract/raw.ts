// Reads the keys of a Redis directly, whether it is a single one, behind a sentinel, or a cluster.
import assert from 'node:assert/strict'
import { Cluster, Redis } from 'ioredis'
import type { startRedis } from '../../scripts/services/redis.ts'
import { eventually } from '../support/eventually.ts'

export type Service = Awaited<ReturnType<typeof startRedis>>
export type Raw = {
  /** Every key of a database with its type and time to live in ms. */
  keys: (database: number) => Promise<Record<string, { type: string; ttl: number }>>
  ask: (database: number, command: string, ...args: (string | number)[]) => Promise<any>
  flushAll: () => Promise<void>
  close: () => void
}

export function single(service: Service): Raw {
  const clients = [0, 1, 2, 4].map(
    (db) => [db, new Redis(service.ports[0]!, '127.0.0.1', { db })] as const,
  )
  const of = (database: number) => clients.find(([db]) => db === database)![1]
  return {
    keys: async (database) =>
      described(await of(database).keys('*'), (key) =>
        Promise.all([of(database).type(key), of(database).pttl(key)]),
      ),
    ask: (database, command, ...args) => of(database).call(command, ...args),
    flushAll: async () => {
      await of(0).flushall()
    },
    close: () => {
      for (const [, client] of clients) client.disconnect()
    },
  }
}

export function inCluster(service: Service): Raw {
  const cluster = new Cluster(service.ports.map((port) => ({ host: '127.0.0.1', port })))
  const masters = async () => {
    await eventually(() => {
      assert.equal(cluster.nodes('master').length, 3)
    }, 'start')
    return cluster.nodes('master')
  }
  const bare = (database: number, key: string) => key.slice(`db${database}:`.length)
  return {
    keys: async (database) => {
      const all = (await Promise.all((await masters()).map((node) => node.keys(`db${database}:*`))))
        .flat()
        .map((key) => bare(database, key))
      return described(all, (key) =>
        Promise.all([cluster.type(`db${database}:${key}`), cluster.pttl(`db${database}:${key}`)]),
      )
    },
    ask: (database, command, ...[key, ...args]) =>
      cluster.call(command, `db${database}:${key}`, ...args),
    flushAll: async () => {
      await Promise.all((await masters()).map((node) => node.flushall()))
    },
    close: () => {
      cluster.disconnect()
    },
  }
}

async function described(keys: string[], ask: (key: string) => Promise<[string, number]>) {
  const some = await Promise.all(keys.sort().map(async (key) => [key, await ask(key)] as const))
  return Object.fromEntries(some.map(([key, [type, ttl]]) => [key, { type, ttl }]))
}
