// An invented run of half an hour in which every promise was kept, with all data that the checks
// read. Tests then make one thing wrong at a time. Its tables have no keys, so that wrong rows can
// be inserted.
import Database from 'better-sqlite3'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { LedgerItem } from 'wechat-simulator'
import { jobs } from '../../../src/actions/jobs/jobs.ts'
import { openCaller } from './caller.ts'
import { openChecks } from './checks.ts'
import type { Firm } from './companies.ts'
import type { RunFacts } from './facts.ts'
import type { JournalEntry } from './journal.ts'
import { openPromises } from './promises.ts'
import type { Struck } from './strikes.ts'
import type { World } from './world.ts'

export type MadeUp = {
  sql: (query: string) => void
  entries: JournalEntry[]
  struck: Struck[]
  /**
   * The messages that the simulator reports as sent to followers, to compare with the replies of
   * the invented run.
   */
  sent: Partial<LedgerItem>[]
  /**
   * What the made-up server answers in place of the product and the simulator, by path; `{}` for
   * any other path. `/sim/ledger` is answered from `sent`.
   */
  answers: Record<string, unknown>
  facts: RunFacts
  /** Runs all checks like in a real run. `then` is called between two of them. */
  judge: (then?: () => void) => Promise<void>
  close: () => void
}

const minute = 60_000
/** The product's time at the end of the invented run. */
const noon = 1_800_000_000_000
const columns = {
  inbox: 'dedup_key',
  message_data:
    'message_id, session_id, text, seq, opercode, customer_wx_openid, sender, client_key',
  message_session:
    'session_id, account_id, wx_user_id, state, fence, uid, seq, add_time, assigned_at, queued_at, receive_message_time, send_time',
  session_ledger: 'session_id, n, from_state, to_state, fence, uid, reason, at',
  outbox: 'outbox_id, way, wx_user_id, n, state, settled_at',
  official_account: 'account_id',
  job_run: 'job, slot, token, started_at',
}
const said = ['P6', 'P7', 'P8', 'P10', 'P15', 'load']

/**
 * Follower o1 has two lines, two replies and a greeting in session s1; session s2 was ended by a
 * timer.
 */
const rows = (at: number) => `
  insert into official_account values ('acc');
  insert into inbox values ('m:1'), ('m:2'), ('m:3');
  insert into message_session values
    ('s1', 'acc', 'u1', 1, 1, 11, 5, ${at - 5 * minute}, ${at - 4 * minute}, null, ${at - 3 * minute}, ${at - minute}),
    ('s2', 'acc', 'u2', -1, 1, 11, 1, ${at - 30 * minute}, ${at - 29 * minute}, null, ${at - 28 * minute}, null);
  insert into session_ledger values
    ('s1', 1, null, 3, 0, null, 'nobody_free', ${at - 5 * minute}),
    ('s1', 2, 3, 1, 1, 11, 'claimed', ${at - 4 * minute}),
    ('s2', 1, null, 3, 0, null, 'nobody_free', ${at - 30 * minute}),
    ('s2', 2, 3, 1, 1, 11, 'claimed', ${at - 29 * minute}),
    ('s2', 3, 1, -1, 1, 11, 'idle', ${at - 18 * minute});
  insert into message_data values
    ('l1', 's1', '《甲》 fA0 1', 1, 2, 'o1', null, null),
    ('l2', 's1', '《甲》 fA0 2', 2, 2, 'o1', null, null),
    ('l3', 's2', '《甲》 fA0 3', 1, 2, 'o2', null, null),
    ('r1', 's1', '《甲》 答 pA1-1', 3, 1, 'o1', 'u:11', 'pA1-1'),
    ('r2', 's1', '《甲》 答 pA1-2', 4, 1, 'o1', 'u:11', 'pA1-2'),
    ('g1', 's1', '《甲》 您好', 5, 1, 'o1', 'u:11', null);
  insert into outbox values
    ('r1', 'api', 'u1', 1, 'sent', ${at}), ('r2', 'api', 'u1', 2, 'sent', ${at}),
    ('g1', 'api', 'u1', 3, 'sent', ${at});
`

const push = (n: number, openid: string) => ({
  op: 'push',
  key: openid,
  detail: { text: `《甲》 fA0 ${n}`, msgId: String(n), attempts: [{ status: 200, ms: 40 }] },
})
const reply = (n: number) => ({
  op: 'reply',
  key: 's1',
  detail: {
    clientMsgId: `pA1-${n}`,
    text: `《甲》 答 pA1-${n}`,
    fenceSent: 1,
    messageId: `r${n}`,
    uid: 11,
  },
})

/**
 * The entries of the invented run, one after the other. The third push is as old as its session has
 * been silent.
 */
function madeUpEntries(): JournalEntry[] {
  const now = performance.now()
  const told = { id: 's1', fence: 1, agentUid: 11, stateCode: 1 }
  return [
    push(3, 'o2'),
    push(1, 'o1'),
    push(2, 'o1'),
    { op: 'claim', key: '', detail: told },
    reply(1),
    reply(2),
    // the second reply is sent twice, like by a double click, and must be stored once
    reply(2),
  ].map((one, n) => ({
    client: 'made up',
    ...one,
    begin: now - 20_000 + 1000 * n,
    end: now - 19_500 + 1000 * n,
    at: noon - (n === 0 ? 28 : 4) * minute,
    outcome: 'ok',
  }))
}

const madeUpSent = (): Partial<LedgerItem>[] =>
  [1, 2].map((n) => ({
    n,
    path: '/cgi-bin/message/custom/send',
    openid: 'o1',
    at: new Date(noon).toISOString(),
    request: { text: { content: `《甲》 答 pA1-${n}` } },
    delivered: true,
  }))

export async function openMadeUp(): Promise<MadeUp> {
  const ended = performance.now()
  const database = new Database(':memory:')
  for (const [table, all] of Object.entries(columns)) {
    database.exec(`create table ${table} (${all})`)
  }
  database.exec(rows(noon))
  const [entries, sent, struck] = [madeUpEntries(), madeUpSent(), [] as Struck[]]
  const answers: MadeUp['answers'] = {
    '/api/settings': { waitingMinutes: 12, queueMinutes: 15, idleCloseMinutes: 10 },
    '/api/admin/self-check': {
      promises: said.map((id) => ({ id, verdict: 'ok', detail: '2 looked at' })),
    },
  }
  const server = await openAnswers(answers, sent)
  const promises = openPromises()
  const admin = openCaller({ url: server.url, side: 'A', username: 'admin', promises })
  const firm = { side: 'A', admin, accountIds: ['acc'], people: [], followers: [], sessions: [] }
  const facts = {
    world: {
      simulator: server.url,
      look: lookAt(database),
      now: () => noon,
      monoOf: (time: number) => ended + time - noon,
    } as Partial<World>,
    journal: { entries },
    promises,
    strikes: { all: struck },
    firms: { A: firm, B: firm } as unknown as Record<'A' | 'B', Firm>,
  } as RunFacts
  const checks = openChecks(facts)
  const runJobs = (slot: number) => {
    for (const { name, everyMs } of jobs) {
      if (everyMs > minute) continue
      database.exec(`insert into job_run values ('${name}', '${slot}', 't${slot}', ${noon + slot})`)
    }
  }
  runJobs(0)
  return {
    sql: (query) => database.exec(query),
    entries,
    struck,
    sent,
    answers,
    facts,
    judge: async (then) => {
      await checks.light()
      await checks.left()
      runJobs(1)
      then?.()
      await checks.light()
      await checks.drained(await checks.left())
      await checks.whole(true)
    },
    close: () => {
      server.close()
      database.close()
    },
  }
}

const lookAt = (database: Database.Database): World['look'] => ({
  once: (ask) =>
    ask((query, values = []) => Promise.resolve(database.prepare(query).all(...values) as never)),
  close: () => Promise.resolve(),
})

/** Opens a server that answers the checks in place of the product and the simulator. */
async function openAnswers(answers: MadeUp['answers'], sent: MadeUp['sent']) {
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://made.up')
    const after = Number(searchParams.get('after'))
    const ledger = { items: sent.slice(after), next: sent.length }
    response.end(JSON.stringify(pathname === '/sim/ledger' ? ledger : (answers[pathname] ?? {})))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
