// What no test asked about, and every test proves all the same: when a house closes, its invariants hold for every company, no push
// was refused by SQL, every push and every call was served, and nothing was logged that would trouble an operator. What a test brings
// about on purpose it announces.
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
  /** Pushes and calls that are not served (answers of 500 and more, none at all): at most so many, and why. */
  unserved?: { most: number; why: string }
}
/** A busy machine may bring it about in any test: each of its pushes is stored alone then. */
const underLoad = 'a batch was dissolved'
/** Its inbox row is looked at. */
const ofRefused = 'a push was refused by SQL: GET /api/pushes/refused lists it'

/** What a process of the house says: lines of its log, and what it did not serve; `starved`: because it had no processor. */
export type Said = { level: 'warn' | 'error' | 'unserved' | 'starved'; text: string; facts: string }

const clip = (facts: object) => JSON.stringify(facts).slice(0, 500)

/** `hear` gets what would wake somebody; errors stand beside the test that failed, too. */
export function hearingLog(hear: (said: Said) => void): Log {
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
  hear: (said: Said) => void
  /** What was not announced, in words. Asked while the house still stands. */
  faults: (app: App, how: { indexed: boolean }) => Promise<string[]>
}

const tally = (texts: string[]) =>
  [...new Set(texts)]
    .map((kind) => `${texts.filter((text) => text === kind).length} × ${kind}`)
    .slice(0, 10)
    .join(', ')

/** Told however it ends; a fault where more came than was announced. A busy machine may starve any house. */
function faultOfUnserved(said: Said[], announced: { most: number; why: string }[]): string[] {
  const textsOf = (of: Said['level']) =>
    said.filter(({ level }) => level === of).map(({ text }) => text)
  const [starved, came] = [textsOf('starved'), textsOf('unserved')]
  if (starved.length > 0) console.log(`without a processor, so come again: ${tally(starved)}`)
  if (came.length === 0) return []
  const most = announced.reduce((sum, one) => sum + one.most, 0)
  const whys = [...new Set(announced.map(({ why }) => why))].join('; ') || 'unannounced'
  const told = `${came.length} not served, ${most} at most (${whys}): ${tally(came)}`
  if (came.length > most) return [told]
  console.log(told)
  return []
}

export function openEndsClean(): EndsClean {
  const said: Said[] = []
  const announced = {
    logs: [underLoad, ofRefused] as (string | RegExp)[],
    refused: false,
    promises: [] as string[],
    unserved: [] as { most: number; why: string }[],
  }
  const hear = (one: Said) => {
    said.push(one)
  }
  const isAnnounced = ({ text }: Said) =>
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
