// kefu's own part of the benchmark of claims: 200 agents claim queued sessions at two processes of
// the product, through its API.
import { Agent as Sockets } from 'node:http'
import { join } from 'node:path'
import { active, ownedStates, queued as inQueue } from '../../rules/session/states.ts'
import { callHttp, type HttpAnswer } from './http-call.ts'
import { startServer, type Running } from './child.ts'
import {
  claimers,
  faultsOf,
  nowMs,
  processes,
  together,
  warming,
  type ClaimsMade,
} from './claims.ts'
import type { Cluster } from './cluster.ts'
import type { NumberOf } from './count.ts'
import { agentsIn, queueIn, type Agent } from './crowd.ts'
import { benchAccount } from './pushes.ts'
import { openPrepared } from './serve-kefu.ts'

/** If each claim took this long, the agents would still have the time to empty the queue. */
const longestMs = 1000

export async function claimKefu(
  cluster: Cluster,
  dir: string,
  queued: number,
): Promise<ClaimsMade> {
  // together the agents have more room than there are sessions, because agents who are full are not
  // measured here
  const capacity = Math.ceil(queued / claimers) + 1
  const triesForMs = 60_000 + capacity * longestMs
  const database = await cluster.fresh()
  const settingsOf = (n: number) => ({ ...database.settings, DATA_DIR: join(dir, `process-${n}`) })
  const { app } = await openPrepared(settingsOf(0), 'plain', { withoutCron: true })
  const running: Running[] = []
  const sockets = new Sockets({ keepAlive: true })
  try {
    const { ports } = app
    for (let n = 1; n <= processes; n += 1) {
      running.push(await startServer('kefu', [JSON.stringify(settingsOf(n))]))
    }
    const all = { urls: running.map(({ url }) => url), sockets, triesForMs }
    const first = await agentsIn(ports, { howMany: claimers, capacity: warming, prefix: 'warm' })
    const agents = await agentsIn(ports, { howMany: claimers, capacity })
    await queueIn(ports, { howMany: warming, appid: benchAccount.appid, prefix: 'oWarm' })
    await claimAll(all, first)
    await queueIn(ports, { howMany: queued, appid: benchAccount.appid })
    const claimed = await claimAll(all, agents)
    const faults = [...faultsOf(claimed, queued), ...(await storeFaults(database.number, queued))]
    if (faults.length > 0) {
      throw new Error(`kefu: ${faults.join('; ')}; ${claimed.failures} failures. No figures.`)
    }
    return claimed
  } finally {
    sockets.destroy()
    await app.close()
    await Promise.all(running.map((one) => one.stop()))
    await database.drop()
  }
}

type Doors = { urls: string[]; sockets: Sockets; triesForMs: number }

async function claimAll(
  { urls, sockets, triesForMs }: Doors,
  agents: Agent[],
): Promise<ClaimsMade> {
  const until = nowMs() + triesForMs
  return together(
    await Promise.all(
      agents.map((agent, n) =>
        claimUntilEmpty(agent, until, () =>
          callHttp<ClaimAnswer>(`${urls[n % urls.length] ?? ''}/api/sessions/claim`, {
            token: agent.token,
            body: {},
            sockets,
          }),
        ),
      ),
    ),
  )
}

type ClaimAnswer = { id: string; agentUid: number; error: { code: string } }

async function claimUntilEmpty(
  agent: Agent,
  until: number,
  claim: () => Promise<HttpAnswer<ClaimAnswer>>,
): Promise<ClaimsMade> {
  const done: ClaimsMade = { claims: [], failures: 0 }
  while (nowMs() < until) {
    const began = nowMs()
    const { status, body } = await claim()
    if (status === 204 || body.error?.code === 'agent_at_capacity') return done
    const id = status === 200 && body.agentUid === agent.uid ? body.id : undefined
    if (id === undefined) done.failures += 1
    else done.claims.push({ id, uid: agent.uid, began, ended: nowMs() })
  }
  return done
}

async function storeFaults(number: NumberOf, queued: number): Promise<string[]> {
  const waiting = await number(`select count(*) from message_session where state = ${inQueue}`)
  const owned = await number(
    `select count(*) from message_session where state = ${active} and uid is not null`,
  )
  const wrong =
    await number(`select count(*) from (select l.uid from agent_load l left join message_session s
    on s.uid = l.uid and s.state in (${ownedStates.join(', ')}) group by l.uid, l.\`load\`, l.capacity
    having count(s.session_id) > l.capacity or count(s.session_id) <> l.\`load\`) as wrong`)
  const claims = await number("select count(*) from session_ledger where reason = 'claimed'")
  return [
    ...(waiting > 0 ? [`${waiting} sessions still wait`] : []),
    ...(owned !== warming + queued ? [`${owned} sessions have an agent`] : []),
    ...(claims !== warming + queued ? [`${claims} claims in the ledger`] : []),
    ...(wrong > 0 ? [`${wrong} agents hold more than they may or than is counted`] : []),
  ]
}
