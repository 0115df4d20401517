// Runs one transaction (begin, body, commit) on a connection of its own. Writes are sent together
// with the next read, and the last ones with the commit, so that rows stay locked only while the
// server works and not during additional round trips.
import type { Dialect } from './engine/dialect.ts'
import { Sql, type SqlAnswer, type Around, type AskSql, type Statement } from './engine/sql.ts'
import type { SqlHeard, Unit } from './store.ts'
import { tables } from './tables.ts'
import type { WorkClass } from './engine/writer.ts'

export function unitOn(
  dialect: Dialect,
  ask: AskSql,
  { again = false, ...around }: Around & { again?: boolean } = {},
): Unit {
  return tables(new Sql(ask, dialect, around), again)
}

/**
 * Sends several statements in one round trip, stops at the first that fails, and returns the result
 * of the last.
 */
export type AskAll = (statements: Statement[]) => Promise<SqlAnswer>
type UnitConnection = { ask: AskAll; again?: boolean }
export type Transact = <T>(
  connection: UnitConnection,
  kind: WorkClass,
  body: (unit: Unit) => T | Promise<T>,
) => Promise<T>

const bare = (text: string): Statement => ({ text, values: [] })

export function openTransact(dialect: Dialect, onSql: SqlHeard | undefined): Transact {
  let count = 0
  return async ({ ask, again = false }, kind, body) => {
    count += 1
    const number = count
    const soon = [bare(dialect.begin)]
    const last: Statement[] = []
    const askNow: AskSql = (text, values) => ask([...soon.splice(0), { text, values }])
    const unit = unitOn(dialect, askNow, {
      soon,
      last,
      again,
      heard:
        onSql &&
        ((query: string) => {
          onSql(number, kind, query)
        }),
    })
    try {
      const result = await body(unit)
      await ask([...soon, ...last, bare('commit')])
      return result
    } catch (error) {
      // an error of the rollback is ignored: a failed commit may have ended the transaction
      // already, and only the first error matters
      await ask([bare('rollback')]).catch(() => undefined)
      throw error
    }
  }
}
