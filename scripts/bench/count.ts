// Checks that the store contains what was answered. wrk cannot tell which requests were still
// running at the end, nor which of two equal ones was answered. So the number of stored pushes has
// bounds: at most all different pushes that were sent, and at least those minus the requests that
// were not answered 200.
import SqliteDatabase from 'better-sqlite3'
import { writtenBy } from '../../rules/reply/message.ts'
import { knownFollowers } from './pushes.ts'
import type { WrkFigures } from './wrk.ts'

export type StoredCount = {
  stored: number
  least: number
  most: number
  sessions: number
  faults: string[]
}

/**
 * Asks the store of a server for a number. Every query used in the benchmark works on SQLite and on
 * MariaDB.
 */
export type NumberOf = (query: string) => Promise<number>

/** Asks the file of a SQLite database, which no process has open any more. */
export const numberIn =
  (file: string): NumberOf =>
  async (query) => {
    const database = new SqliteDatabase(file, { readonly: true })
    try {
      return database.prepare(query).pluck().get() as number
    } finally {
      database.close()
    }
  }

export async function countStored(
  number: NumberOf,
  { runs, stores }: { runs: WrkFigures[]; stores: number },
): Promise<StoredCount> {
  const most = sum(runs, (run) => run.fresh)
  const least = most - sum(runs, (run) => run.sent - run.ok)
  const stored = await number("select count(*) from inbox where dedup_key like 'm:%'")
  const sessions = await number('select count(*) from message_session where open_key is not null')
  const faults = [
    ...(stored < least ? [`${least - stored} answered pushes are not in the store`] : []),
    ...(stored > most ? [`${stored - most} pushes more are in the store than were sent`] : []),
    ...(sum(runs, (run) => run.wraps) > 0 ? ['the requests ran out; they were sent twice'] : []),
    ...(await lineFaults(number, stored + stores * knownFollowers)),
    ...(await sessionFaults(number, sessions)),
  ]
  return { stored, least, most, sessions, faults }
}

const sum = (runs: WrkFigures[], of: (run: WrkFigures) => number) =>
  runs.reduce((total, run) => total + of(run), 0)

async function lineFaults(number: NumberOf, pushes: number): Promise<string[]> {
  const lines = await number(
    `select count(*) from message_data where opercode = ${writtenBy.customer}`,
  )
  const holes =
    await number(`select count(*) from (select s.session_id from message_session s left join message_data m
    on m.session_id = s.session_id group by s.session_id, s.seq
    having count(m.seq) <> s.seq or min(m.seq) <> 1 or max(m.seq) <> s.seq or count(distinct m.seq) <> count(*)) as holes`)
  return [
    ...(lines !== pushes ? [`${lines} lines for ${pushes} pushes`] : []),
    ...(holes > 0 ? [`${holes} sessions whose lines are not numbered 1..n`] : []),
  ]
}

async function sessionFaults(number: NumberOf, sessions: number): Promise<string[]> {
  const many =
    await number(`select count(*) from (select wx_user_id from message_session where open_key is not null
    group by wx_user_id having count(*) > 1) as many`)
  const followers = await number('select count(*) from wx_user')
  const senders = await number('select count(distinct openid) from inbox')
  return [
    ...(many > 0 ? [`${many} followers with more than one open session`] : []),
    ...(followers !== senders ? [`${followers} followers for ${senders} openids`] : []),
    ...(sessions !== followers ? [`${sessions} open sessions for ${followers} followers`] : []),
  ]
}
