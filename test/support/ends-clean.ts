// What every test checks without asking for it. When its product closes, the invariants must hold
// for every company, the database must not have refused a push, every request must have been
// served, and no warning may have been logged. A test announces what it causes on purpose.
import { selfCheck } from '../../src/actions/self-check/self-check.ts'
import type { App } from '../../src/app.ts'
import { jobFailed } from '../../src/cron/schedule.ts'
import { silentLog, type Log } from '../../src/log.ts'
import { starves } from './starves.ts'

/** What a test is going to cause on purpose, so that it does not fail the test. */
export type Announced = {
  /**
   * Texts of the warnings and errors that the test expects in the log; any other fails the test.
   */
  logs?: (string | RegExp)[]
  /** Whether the test makes the database refuse pushes; otherwise a refused push fails the test. */
  refused?: boolean
  /**
   * Ids of the invariants that cannot hold when the product closes, because the test broke them on
   * purpose.
   */
  promises?: string[]
  /** How many requests may be left unserved (answer 500 or more, or none), and why. */
  unserved?: { most: number; why: string }
}
/**
 * A warning that is never a fault, because it may appear in any test on a busy machine: the pushes
 * of the batch are then stored one by one.
 */
const underLoad = 'a batch was dissolved'
/**
 * A warning that does not fail a test. It is logged for each refused push, and those are found in
 * the inbox rows, where they fail the test unless it has announced them.
 */
const ofRefused = 'a push was refused by SQL: GET /api/pushes/refused lists it'

/**
 * Redis is given half a second to answer: to a process that got no processor time for that long,
 * every answer seems late.
 */
const seemsLate = 'Redis does not answer: the work goes on from SQL'

/**
 * A process that gets no processor time in the middle of a transaction keeps its rows for so long,
 * and a job's slot is then taken by nobody at first.
 */
const seemHeld = ['rows were held by others for too long', jobFailed]

/**
 * A report of a process: a line of its log, or a request it did not serve. `starved`: not served,
 * or an answer that seemed late, because the process got no processor time.
 */
export type ProcessReport = {
  level: 'warn' | 'error' | 'unserved' | 'starved'
  text: string
  facts: string
}

const clip = (facts: object) => JSON.stringify(facts).slice(0, 500)

function isOfStarving({ text, facts }: Pick<ProcessReport, 'text' | 'facts'>): boolean {
  if (text === seemsLate) return facts.includes('timed out') && starves()
  return seemHeld.includes(text) && /Lock wait|Others hold/.test(facts) && starves()
}

/**
 * Reports warnings and errors to `hear`. Errors are also printed, so that they stand beside a test
 * that fails.
 */
export function hearingLog(hear: (said: ProcessReport) => void): Log {
  const tell = (level: 'warn' | 'error', text: string, facts: string) => {
    hear({ level: isOfStarving({ text, facts }) ? 'starved' : level, text, facts })
  }
  return {
    ...silentLog,
    warn: (facts, text) => {
      tell('warn', text, clip(facts))
    },
    error: (facts, text) => {
      console.error(`error: ${text} ${clip(facts)}`)
      tell('error', text, clip(facts))
    },
  }
}

export type EndsClean = {
  announce: (announced: Announced) => void
  log: Log
  hear: (said: ProcessReport) => void
  /**
   * Returns as text everything that went wrong without being announced. It must be called while the
   * product under test is still running.
   */
  faults: (app: App, how: { indexed: boolean }) => Promise<string[]>
}

const tally = (texts: string[]) =>
  [...new Set(texts)]
    .map((kind) => `${texts.filter((text) => text === kind).length} × ${kind}`)
    .slice(0, 10)
    .join(', ')

/**
 * Reports every unserved request; it is a fault if there are more than announced. Those of a
 * process that got no processor time (`starved`) are only printed, because any test may cause them
 * on a busy machine.
 */
function faultOfUnserved(
  said: ProcessReport[],
  announced: { most: number; why: string }[],
): string[] {
  const textsOf = (of: ProcessReport['level']) =>
    said.filter(({ level }) => level === of).map(({ text }) => text)
  const [starved, came] = [textsOf('starved'), textsOf('unserved')]
  if (starved.length > 0) {
    console.log(`without a processor, so late or come again: ${tally(starved)}`)
  }
  if (came.length === 0) return []
  const most = announced.reduce((sum, one) => sum + one.most, 0)
  const whys = [...new Set(announced.map(({ why }) => why))].join('; ') || 'unannounced'
  const told = `${came.length} not served, ${most} at most (${whys}): ${tally(came)}`
  if (came.length > most) return [told]
  console.log(told)
  return []
}

export function openEndsClean(): EndsClean {
  const said: ProcessReport[] = []
  const announced = {
    logs: [underLoad, ofRefused] as (string | RegExp)[],
    refused: false,
    promises: [] as string[],
    unserved: [] as { most: number; why: string }[],
  }
  const hear = (one: ProcessReport) => {
    // what another process reports may be because this one got no processor time
    said.push(isOfStarving(one) ? { ...one, level: 'starved' } : one)
  }
  const isAnnounced = ({ text }: ProcessReport) =>
    announced.logs.some((one) => (typeof one === 'string' ? one === text : one.test(text)))
  return {
    announce: ({ logs = [], refused = false, promises = [], unserved }) => {
      announced.logs.push(...logs)
      announced.refused ||= refused
      announced.promises.push(...promises)
      if (unserved) announced.unserved.push(unserved)
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
      const logged = said.filter(({ level }) => level === 'warn' || level === 'error')
      return [
        ...broken,
        ...(announced.refused ? [] : refused.map(({ kind }) => `a push was refused: ${kind}`)),
        ...logged
          .filter((line) => !isAnnounced(line))
          .map(({ level, text, facts }) => `${level} was logged: ${text} ${facts}`),
        ...faultOfUnserved(said, announced.unserved),
      ]
    },
  }
}
