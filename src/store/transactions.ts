// One unit of work: begin, body, commit, on a connection of its own for that time. What goes last is sent together with the commit: rows
// that everybody writes are then held while the server works, and not while this process comes to hear that it may go on.
import type { Dialect } from './dialect.ts'
import { openSql, type Ask, type Statement } from './sql.ts'
import type { SqlHeard, Unit } from './store.ts'
import { tables } from './tables.ts'
import type { WorkClass } from './writer.ts'

export function unitOn(dialect: Dialect, ask: Ask, { again = false, ...around }: Parameters<typeof openSql>[2] & { again?: boolean } = {}): Unit {
  const sql = openSql(ask, dialect, around)
  return { sql, again, ...tables(sql) }
}

/** `together` runs one behind the other and stops at the first that fails. */
type Connection = { ask: Ask, together: (statements: Statement[]) => Promise<void>, again?: boolean }
export type Transact = <T>(connection: Connection, kind: WorkClass, body: (unit: Unit) => Promise<T>) => Promise<T>

export function openTransact(dialect: Dialect, onSql: SqlHeard | undefined): Transact {
  let count = 0
  return async ({ ask, together, again = false }, kind, body) => {
    count += 1
    const number = count
    const last: Statement[] = []
    const unit = unitOn(dialect, ask, { last, again, heard: onSql && ((query: string) => { onSql(number, kind, query) }) })
    await ask(dialect.begin, [])
    try {
      const result = await body(unit)
      await together([...last, { text: 'commit', values: [] }])
      return result
    } catch (error) {
      // a failed commit may have ended the transaction already; what counts is the first error
      await ask('rollback', []).catch(() => undefined)
      throw error
    }
  }
}
