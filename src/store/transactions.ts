// One unit of work: begin, body, commit, on a connection of its own for that time.
import type { Dialect } from './dialect.ts'
import { openSql, type Ask } from './sql.ts'
import type { SqlHeard, Unit } from './store.ts'
import { tables } from './tables.ts'
import type { WorkClass } from './writer.ts'

export function unitOn(dialect: Dialect, ask: Ask, heard?: (query: string) => void): Unit {
  const sql = openSql(ask, dialect, heard)
  return { sql, ...tables(sql) }
}

export type Transact = <T>(ask: Ask, kind: WorkClass, body: (unit: Unit) => Promise<T>) => Promise<T>

export function openTransact(dialect: Dialect, onSql: SqlHeard | undefined): Transact {
  let count = 0
  return async (ask, kind, body) => {
    count += 1
    const number = count
    const unit = unitOn(dialect, ask, onSql && ((query: string) => { onSql(number, kind, query) }))
    await ask(dialect.begin, [])
    try {
      const result = await body(unit)
      await ask('commit', [])
      return result
    } catch (error) {
      // a failed commit may have ended the transaction already; what counts is the first error
      await ask('rollback', []).catch(() => undefined)
      throw error
    }
  }
}
