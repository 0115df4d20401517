// What all generated rows have in common. Every row is computed from its number `n`.
import { dayMs } from '../../../rules/session/timers.ts'
import type { Words } from '../../../scripts/bench/queue-load.ts'

/** The people, accounts and groups of the company, to which the generated rows refer. */
export type GrownCompany = {
  companyId: string
  accountId: string
  appid: string
  groupLane: string
  owner: number
  member: number
  exclusive: number
  now: number
}
export type Range = { from: number; to: number }
export type Exec = (text: string) => Promise<void>

/** In each stage of growth, this many sessions have waited too long, so timers are due for them. */
export const dueOfEach = 40

export type Columns = Record<string, string | number | null>
export type Some = { of?: string; columns: Columns }
export type Grown = [table: string, some: Some[]]

export const literal = (value: string | number | null) => (value === null ? 'null' : String(value))
export const sqlText = (words: string) => `'${words}'`

/** An id begins with the time at which it was made. `kind` distinguishes ids of the same moment. */
export const idAt = ({ hex }: Words, at: number, [kind, n = 'n']: [kind: string, n?: string]) =>
  hex([
    { of: `${at} + ${n}`, digits: 12 },
    { of: sqlText(kind), digits: 0 },
    { of: n, digits: 19 },
  ])

export const cases = (pairs: [when: string, then: string][], otherwise = 'null') =>
  `case ${pairs.map(([when, then]) => `when ${when} then ${then}`).join(' ')} else ${otherwise} end`

/**
 * The agent of a generated session: the number of sessions of each agent is limited, however many
 * there are in total.
 */
export const handOf = (uid: number) =>
  `case when n < 4000 then ${uid} else 100000 + floor(n / 1000) end`

/**
 * Divides the generated sessions: seven of twenty are queued in the common lane, and the following
 * ones in groups' lanes, in private lanes, and in other states.
 */
export const whereCommon = 'n % 20 < 7'
export const whereGrouped = 'n % 20 between 7 and 9'
export const whereReserved = 'n % 20 between 10 and 11'
export const whereWaiting = 'n % 20 between 12 and 13'
export const whereActive = 'n % 20 between 14 and 15'
export const whereChatting = 'n % 20 between 16 and 17'
export const whereOpen = 'n % 20 < 18'

export function placesOf(words: Words, facts: GrownCompany, range: Range) {
  const first = facts.now - 3 * dayMs
  return {
    words,
    facts,
    place: { company_id: sqlText(facts.companyId), account_id: sqlText(facts.accountId) },
    /** The time of the first generated customer; each further one comes a millisecond later. */
    first,
    at: `${first} + n`,
    /** The time of the session's last line. */
    heard: `case when n >= ${range.to - dueOfEach} then ${first} + n else ${facts.now - 30 * 60_000} + n end`,
    /**
     * The time at which the customer was last active; for the last few rows of a stage that is very
     * long ago.
     */
    silent: `case when n >= ${range.to - dueOfEach / 2} then ${first - 20 * dayMs} + n else ${facts.now - 60_000} end`,
    customer: idAt(words, first, ['a']),
    session: idAt(words, first, ['b']),
    ended: idAt(words, first - dayMs, ['c']),
    line: idAt(words, first, ['d']),
    endedLine: idAt(words, first - dayMs, ['e']),
  }
}
export type Places = ReturnType<typeof placesOf>
