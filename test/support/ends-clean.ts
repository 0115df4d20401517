// What no test asked about, and every test proves all the same: when a house closes, its invariants hold for every company, no push
// was refused by SQL, and nothing was logged that would trouble an operator. What a test brings about on purpose it announces.
import { selfCheck } from '../../src/actions/self-check/self-check.ts'
import type { App } from '../../src/app.ts'
import { silentLog, type Log } from '../../src/log.ts'

/** What a test is about to bring upon its house. */
export type Announced = {
  /** Texts of warnings and errors. */
  logs?: (string | RegExp)[]
  /** Pushes that SQL refuses. */
  refused?: boolean
  /** Promises of the self-check that cannot hold, by their id. */
  promises?: string[]
}
/** A busy machine may bring it about in any test: each of its pushes is stored alone then. */
const underLoad = 'a batch was dissolved'
/** Its inbox row is looked at. */
const ofRefused = 'a push was refused by SQL: GET /api/pushes/refused lists it'

export type Logged = { level: 'warn' | 'error'; text: string; facts: string }

const clip = (facts: object) => JSON.stringify(facts).slice(0, 500)

/** `hear` gets what would wake somebody; errors stand beside the test that failed, too. */
export function hearingLog(hear: (logged: Logged) => void): Log {
  return {
    ...silentLog,
    warn: (facts, text) => {
      hear({ level: 'warn', text, facts: clip(facts) })
    },
    error: (facts, text) => {
      console.error(`error: ${text} ${clip(facts)}`)
      hear({ level: 'error', text, facts: clip(facts) })
    },
  }
}

export type EndsClean = {
  announce: (announced: Announced) => void
  log: Log
  hear: (logged: Logged) => void
  /** What was not announced, in words. Asked while the house still stands. */
  faults: (app: App, how: { indexed: boolean }) => Promise<string[]>
}

export function openEndsClean(): EndsClean {
  const logged: Logged[] = []
  const announced: Required<Announced> = {
    logs: [underLoad, ofRefused],
    refused: false,
    promises: [],
  }
  const hear = (line: Logged) => {
    logged.push(line)
  }
  const isAnnounced = ({ text }: Logged) =>
    announced.logs.some((one) => (typeof one === 'string' ? one === text : one.test(text)))
  return {
    announce: ({ logs = [], refused = false, promises = [] }) => {
      announced.logs.push(...logs)
      announced.refused ||= refused
      announced.promises.push(...promises)
    },
    log: hearingLog(hear),
    hear,
    faults: async ({ ports }, { indexed }) => {
      const { sql } = ports.store.read
      const broken: string[] = []
      for (const { company_id: id } of await sql.all<{ company_id: string }>(
        'select company_id from company',
      )) {
        const queue = indexed ? ports.queue : null
        const { promises } = await selfCheck({ ...ports, queue }, id)
        broken.push(
          ...promises
            .filter((one) => one.verdict === 'violated' && !announced.promises.includes(one.id))
            .map((one) => `${one.id} is violated: ${one.detail}`),
        )
      }
      const refused = await sql.all<{ kind: string }>(
        "select kind from inbox where state = 'refused'",
      )
      return [
        ...broken,
        ...(announced.refused ? [] : refused.map(({ kind }) => `a push was refused: ${kind}`)),
        ...logged
          .filter((line) => !isAnnounced(line))
          .map(({ level, text, facts }) => `${level} was logged: ${text} ${facts}`),
      ]
    },
  }
}
