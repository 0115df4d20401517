// Caches the prepared statements of one connection. Rows are read as arrays and turned into objects
// here, because the driver's own objects are slow to create and to read.
import type Database from 'better-sqlite3'
import type { SqlAnswer, AskSql, SqlRecord, Value } from './sql.ts'

type KeptStatement = (values: Value[]) => SqlAnswer

// how many prepared statements are kept: many more than the product uses, but a limit, so that
// one-off statements do not stay forever
const most = 1000

export function openStatements(database: Database.Database): AskSql {
  const kept = new Map<string, KeptStatement>()
  const statement = (text: string): KeptStatement => {
    const known = kept.get(text)
    if (known) return known
    if (kept.size >= most) kept.clear()
    const made = prepare(database, text)
    kept.set(text, made)
    return made
  }
  return async (text, values) => statement(text)(values)
}

function prepare(database: Database.Database, text: string): KeptStatement {
  const statement = database.prepare<Value[], Value[]>(text)
  if (!statement.reader) {
    return (values) => {
      const { changes, lastInsertRowid } = statement.run(...values)
      return { records: [], affected: changes, insertId: Number(lastInsertRowid) }
    }
  }
  statement.raw(true)
  const names = statement.columns().map(({ name }) => name)
  // each row starts as a clone of an object that has all its keys; this gives all rows the same
  // shape, which is fast
  const empty = JSON.parse(
    JSON.stringify(Object.fromEntries(names.map((name) => [name, null]))),
  ) as SqlRecord
  return (values) => ({
    records: statement.all(...values).map((row) => filled(empty, names, row)),
    affected: 0,
    insertId: 0,
  })
}

function filled(empty: SqlRecord, names: string[], values: Value[]): SqlRecord {
  const row = { ...empty }
  for (let at = 0; at < names.length; at++) row[names[at] as string] = values[at] as Value
  return row
}
