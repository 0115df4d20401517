// Connections that count what each statement touches, used with the product's own queries and
// values. MariaDB counts rows itself: those its handlers read and those an index condition rejected
// (Handler_read_*, Handler_icp_attempts). SQLite counts only the steps of its virtual machine and
// reports them only through its C interface, which is why vm-steps.c is compiled. A query plan
// would not show how far an index is read, and durations vary too much.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { createConnection } from 'mysql2/promise'
import type { Config } from '../../../src/config.ts'
import type { SqlAnswer, AskSql, Value } from '../../../src/store/engine/sql.ts'
import { openStatements } from '../../../src/store/engine/sqlite-statements.ts'

export type CountedAnswer = SqlAnswer & { touched: number }
export type Counting = {
  ask: (text: string, values: Value[]) => Promise<CountedAnswer>
  close: () => Promise<void>
}
export type OpenCounting = (config: Config) => Promise<Counting>

const root = resolve(import.meta.dirname, '../../../..')

/**
 * Compiles the program that counts the steps of SQLite's virtual machine; null if there is no C
 * compiler.
 */
export function compileSteps(): { file: string; remove: () => void } | null {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-steps-'))
  const remove = () => {
    rmSync(dir, { recursive: true, force: true })
  }
  const file = join(dir, 'vm-steps.so')
  try {
    execFileSync(
      'cc',
      [
        '-shared',
        '-fPIC',
        '-I',
        join(root, 'node_modules/better-sqlite3/deps/sqlite3'),
        '-o',
        file,
        join(root, 'test/support/size/vm-steps.c'),
      ],
      { stdio: 'ignore' },
    )
    return { file, remove }
  } catch {
    remove()
    return null
  }
}

export const sqliteCounting =
  (steps: string): OpenCounting =>
  async ({ DATA_DIR }) => {
    const database = new Database(join(DATA_DIR, 'kefu.db'))
    database.pragma('synchronous = OFF')
    database.pragma('wal_autocheckpoint = 0')
    database.pragma('busy_timeout = 5000')
    database.pragma('temp_store = MEMORY')
    database.loadExtension(steps)
    const ask: AskSql = openStatements(database)
    const taken = database.prepare<[], { steps: number }>('select vm_steps() as steps')
    return {
      ask: async (text, values) => {
        taken.get()
        // SQLite works synchronously, so the statement is finished when the call returns, and its
        // steps can be read right away
        const answering = ask(text, values)
        const touched = taken.get()?.steps ?? 0
        return { ...(await answering), touched }
      },
      close: async () => {
        database.close()
      },
    }
  }

type Status = { Variable_name: string; Value: string }
const readSoFar =
  "show session status where Variable_name like 'Handler\\_read%' or Variable_name = 'Handler_icp_attempts'"
const sum = (rows: Status[]) => rows.reduce((all, { Value }) => all + Number(Value), 0)

export const mysqlCounting: OpenCounting = async ({ DATABASE_URL }) => {
  const connection = await createConnection({
    uri: DATABASE_URL.replace('mariadb:', 'mysql:'),
    charset: 'utf8mb4_bin',
    supportBigNumbers: true,
    multipleStatements: true,
    timezone: 'Z',
  })
  await connection.query(
    "set session sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'",
  )
  await connection.query('set session transaction isolation level read committed')
  let before = 0
  return {
    ask: async (text, values) => {
      const [raw] = await connection.query(`${text};${readSoFar}`, values)
      const [answer, status] = raw as unknown as [unknown, Status[]]
      const now = sum(status)
      const touched = now - before
      before = now
      if (Array.isArray(answer)) {
        return { records: answer as object[], affected: 0, insertId: 0, touched }
      }
      const done = answer as { affectedRows: number; insertId?: number }
      return { records: [], affected: done.affectedRows, insertId: done.insertId ?? 0, touched }
    },
    close: () => connection.end(),
  }
}
