// Starts the program with which kefu is compared: two processes that claim with nothing but Redis
// and SQL, on the same servers as kefu.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createConnection, type Connection } from 'mysql2/promise'
import { active, queued as inQueue } from '../../rules/session/states.ts'
import { started } from './child.ts'
import { claimers, faultsOf, processes, together, warming, type ClaimsMade } from './claims.ts'
import type { Cluster } from './cluster.ts'

export async function claimBare(cluster: Cluster, queued: number): Promise<ClaimsMade> {
  const database = await cluster.fresh()
  const children: ChildProcess[] = []
  const [sql, redis] = [await createConnection(database.url), new Redis(cluster.redisUrl)]
  try {
    await sql.query(
      'create table bare_session (id varchar(36) primary key, state int not null, uid int null) engine = InnoDB',
    )
    for (let n = 0; n < processes; n += 1) {
      children.push(await startOne([database.url, cluster.redisUrl], n))
    }
    await fill(sql, redis, { list: 'warm', howMany: warming })
    await fill(sql, redis, { list: 'main', howMany: queued })
    await claimAll(children, 'warm')
    const claimed = await claimAll(children, 'main')
    const kept = await database.number(
      `select count(*) from bare_session where state = ${active} and uid > 0 and id like 'main%'`,
    )
    const faults = [
      ...faultsOf(claimed, queued),
      ...(kept !== queued ? [`${kept} of ${queued} rows were kept`] : []),
    ]
    if (faults.length > 0) throw new Error(`the bare claim: ${faults.join('; ')}. No figures.`)
    return claimed
  } finally {
    await Promise.all(children.map(stopOne))
    redis.disconnect()
    await sql.end()
    await database.drop()
  }
}

async function startOne(urls: string[], n: number): Promise<ChildProcess> {
  const workers = claimers / processes
  const child = fork(join(import.meta.dirname, 'claim-bare.js'), [
    ...urls,
    String(1 + n * workers),
    String(workers),
  ])
  started.add(child)
  await once(child, 'message')
  return child
}

async function stopOne(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.disconnect()
  await ended
  started.delete(child)
}

async function fill(
  sql: Connection,
  redis: Redis,
  { list, howMany }: { list: string; howMany: number },
): Promise<void> {
  const ids = Array.from({ length: howMany }, (_, n) => `${list}-${String(n).padStart(8, '0')}`)
  await sql.query('insert into bare_session (id, state) values ?', [ids.map((id) => [id, inQueue])])
  await redis.zadd(list, ...ids.flatMap((id, n) => [n, id]))
}

async function claimAll(children: ChildProcess[], list: string): Promise<ClaimsMade> {
  const parts = await Promise.all(
    children.map(async (child) => {
      const answer = once(child, 'message')
      child.send(list)
      const [claimed] = (await answer) as [ClaimsMade]
      return claimed
    }),
  )
  return together(parts)
}
