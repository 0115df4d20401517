// Creates a queue of any length directly in the database, with one statement per table, so that a
// million rows take only seconds.
import Database from 'better-sqlite3'
import { createConnection } from 'mysql2/promise'
import { customerActor } from '../../rules/session/actor.ts'
import { commonLane } from '../../rules/session/lane.ts'
import { queued } from '../../rules/session/states.ts'
import { rankFor } from '../../rules/session/routing.ts'

type Hex = { of: string; digits: number }
export type Words = {
  id: string
  concat: (...parts: string[]) => string
  /**
   * An SQL expression that writes numbers with a fixed number of hexadecimal digits, one after the
   * other. A part with 0 digits is a text and is used as it is.
   */
  hex: (parts: Hex[]) => string
}
export type QueueSize = {
  companyId: string
  account: { account_id: string; appid: string }
  howMany: number
}
export type Loader = (load: QueueSize) => Promise<void>

const digit = `(${Array.from({ length: 10 }, (_, n) => (n === 0 ? 'select 0 as d' : `select ${n}`)).join(' union all ')})`
/**
 * The end of an SQL query that gives a row for every `n` in a range. A further condition may be
 * added to it.
 */
export function numbers({ from = 0, to }: { from?: number; to: number }): string {
  const digits = ['a', 'b', 'c', 'e', 'f', 'g'].slice(0, Math.max(1, String(to - 1).length))
  const sum = digits.map((name, at) => `${10 ** at} * ${name}.d`).join(' + ')
  return `(select ${sum} as n from ${digits.map((name) => `${digit} ${name}`).join(', ')}) x where n >= ${from} and n < ${to}`
}

function statements(
  { companyId, account: { account_id: account, appid }, howMany }: QueueSize,
  { id, concat }: Words,
): string[] {
  const first = Date.now() - howMany - 60_000
  const at = `${first} + n`
  const rank = rankFor({ priority: 0, window_end: null }, false, first)
  const day = 24 * 3600_000
  const some = `${numbers({ to: howMany })} order by n`
  return [
    'insert into wx_user (wx_user_id, company_id, account_id, appid, openid, nickname, portrait, alias, remark, subscribe, customer_service_uid, is_clue,' +
      ' last_time, active_at, window_end, budget_left, window_scene, out_n, add_time, update_time, priority)' +
      ` select ${id}, '${companyId}', '${account}', '${appid}', ${concat("'oBulk'", 'n')}, '', '', '', '', 1, -1, 1, ${at}, ${at}, ${at} + ${2 * day}, 5, 'message', 0, ${at}, ${at}, 0 from ${some}`,
    'insert into message_session (session_id, company_id, account_id, appid, wx_user_id, open_key, state, kind, fence, seq, ledger_n, lane, `rank`, queued_at,' +
      ' visitor_offset, agent_offset, unread, receive_message_time, add_time, unanswered_since)' +
      ` select ${id}, '${companyId}', '${account}', '${appid}', ${id}, ${concat(`'${account}:'`, id)}, ${queued}, 'other', 0, 0, 1, '${commonLane(account)}', ${rank} + n, ${at}, 0, 0, 0, ${at}, ${at}, ${at} from ${some}`,
    'insert into session_ledger (session_id, n, company_id, from_state, to_state, actor, reason, fence, uid, candidates, at)' +
      ` select ${id}, 1, '${companyId}', null, ${queued}, ${concat(`'${customerActor('')}'`, id)}, 'nobody_named', 0, null, null, ${at} from ${some}`,
  ]
}

const sqliteWords: Words = {
  id: "printf('%032x', n)",
  concat: (...parts) => parts.join(' || '),
  hex: (parts) =>
    `printf('${parts.map(({ digits }) => (digits === 0 ? '%s' : `%0${digits}x`)).join('')}', ${parts.map(({ of }) => of).join(', ')})`,
}
const mysqlWords: Words = {
  id: "lower(lpad(hex(n), 32, '0'))",
  concat: (...parts) => `concat(${parts.join(', ')})`,
  hex: (parts) =>
    `lower(concat(${parts.map(({ of, digits }) => (digits === 0 ? of : `lpad(hex(${of}), ${digits}, '0')`)).join(', ')}))`,
}
export const wordsFor = (sqlite: boolean) => (sqlite ? sqliteWords : mysqlWords)

/**
 * Adds a queue of any length to the file of a SQLite database, which no process may have open at
 * that time.
 */
export const loadSqlite =
  (file: string): Loader =>
  async (load) => {
    const database = new Database(file)
    database.pragma('cache_size = -262144')
    for (const one of statements(load, sqliteWords)) database.exec(one)
    database.pragma('wal_checkpoint(truncate)')
    database.close()
  }

export const loadMysql =
  (url: string): Loader =>
  async (load) => {
    const connection = await createConnection(url)
    for (const one of statements(load, mysqlWords)) await connection.query(one)
    await connection.end()
  }
