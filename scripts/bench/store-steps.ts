// Measures what storing a push costs with each database: a transaction of a full batch, of a single
// push and of nothing, and the queue index and index of newest lines.
import { join } from 'node:path'
import { laneList } from '../../rules/session/queue-list.ts'
import type { Push } from '../../src/actions/push/decide/push.ts'
import { receive } from '../../src/actions/push/receive.ts'
import type { Cluster } from './cluster.ts'
import { median } from './place.ts'
import { benchPushes } from './pushes.ts'
import { openSeeded, type Seeded } from './serve-kefu.ts'

export type StoreStep = { name: string; micros: number }

const batch = 64

export async function storing(seeded: Seeded, where: string): Promise<StoreStep[]> {
  return [
    await timeBatches(seeded, { where, size: batch, times: 120, first: 10_000_000 }),
    await timeBatches(seeded, { where, size: 1, times: 300, first: 20_000_000 }),
    await timeCalls(`${where}: a transaction that does nothing`, () =>
      seeded.app.ports.store.work('push', (unit) => unit.sql.all('select 1')),
    ),
    ...(await telling(seeded, where === 'SQLite' ? 'in the process' : 'Redis')),
  ]
}

export async function measureClusterSteps(dir: string, cluster: Cluster): Promise<StoreStep[]> {
  const { settings, drop } = await cluster.fresh()
  const seeded = await openSeeded({ ...settings, DATA_DIR: join(dir, 'steps') }, 'plain', {
    withoutCron: true,
  })
  try {
    return await storing(seeded, 'MariaDB')
  } finally {
    await seeded.app.close()
    await drop()
  }
}

type Lot = { where: string; size: number; times: number; first: number }

async function timeBatches(
  { app, account, company }: Seeded,
  { where, size, times, first }: Lot,
): Promise<StoreStep> {
  const all = [...benchPushes(size * times, first)].map(({ openid, msgId, text, xml }): Push => ({
    account,
    company,
    customerKey: openid,
    dedupKey: `m:${msgId}`,
    deed: { kind: 'text', text },
    xml,
  }))
  const each: number[] = []
  for (let n = 0; n < times; n++) {
    const some = all.slice(n * size, (n + 1) * size)
    const began = performance.now()
    await receive(app.ports, some)
    each.push(((performance.now() - began) * 1000) / size)
  }
  return {
    name: `${where}: transaction per push, ${size} in one`,
    micros: median(each.slice(Math.floor(times / 4))),
  }
}

/**
 * Measures what it costs to enter a full batch of pushes into the queue index and the index of
 * newest lines, divided by the number of pushes.
 */
async function telling({ app, company }: Seeded, where: string): Promise<StoreStep[]> {
  const { queue, recent, ids } = app.ports
  const companyId = company.row.company_id
  const some = <T>(one: (id: string, n: number) => T): T[] =>
    Array.from({ length: batch }, (_, n) => one(ids(), n))
  return [
    await timeCalls(
      `${where}: queue told, ${batch} at once`,
      () =>
        queue.move(
          companyId,
          some((id, rank) => ({ id, from: null, to: { list: laneList('bench'), rank } })),
        ),
      batch,
    ),
    await timeCalls(
      `${where}: newest lines told, ${batch} at once`,
      () => Promise.all(some((id) => recent.add(companyId, id, [ids()]))),
      batch,
    ),
  ]
}

async function timeCalls(name: string, call: () => Promise<unknown>, per = 1): Promise<StoreStep> {
  const each: number[] = []
  for (let n = 0; n < 200; n++) {
    const began = performance.now()
    await call()
    each.push(((performance.now() - began) * 1000) / per)
  }
  return { name, micros: median(each.slice(50)) }
}
