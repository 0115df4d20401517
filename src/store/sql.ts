// How a unit of work speaks SQL. Many rows go in one statement, cut into powers of two, so that a handful of prepared
// statements serves every batch size; lists in `in (…)` are padded for the same reason.
import type { QueryRunner } from 'typeorm'
import type { Dialect } from './dialect.ts'

export type Value = string | number | null
export type Sql = {
  dialect: Dialect
  all: <T>(query: string, values?: Value[]) => Promise<T[]>
  one: <T>(query: string, values?: Value[]) => Promise<T | null>
  /** Answers how many rows were changed. */
  run: (query: string, values?: Value[]) => Promise<number>
  insert: (table: string, rows: object[]) => Promise<void>
  insertNew: (table: string, rows: object[]) => Promise<number>
  insertSerial: (table: string, row: object) => Promise<number>
  upsert: (table: string, rows: object[], how: { key: string, update: string[] }) => Promise<void>
}

export const quoted = (name: string) => `\`${name}\``

/** `?,?,?,?` and the values, padded with the last one to a power of two. */
export function list(values: Value[]): { marks: string, values: Value[] } {
  const size = 2 ** Math.ceil(Math.log2(Math.max(values.length, 1)))
  const padded = [...values, ...Array<Value>(size - values.length).fill(values.at(-1) ?? null)]
  return { marks: padded.map(() => '?').join(','), values: padded }
}

function* chunks<T>(rows: T[]): Generator<T[]> {
  for (let at = 0; at < rows.length;) {
    const size = Math.min(64, 2 ** Math.floor(Math.log2(rows.length - at)))
    yield rows.slice(at, at + size)
    at += size
  }
}

function statement(table: string, rows: object[]) {
  // a column that is NULL in every row is left out: most of a line's are, and each costs a binding per row
  const names = Object.keys(rows[0] ?? {}).filter((name) => rows.some((row) => (row as Record<string, Value>)[name] !== null))
  const one = `(${names.map(() => '?').join(',')})`
  return {
    table: quoted(table), names, columns: names.map(quoted).join(','), values: rows.map(() => one).join(','),
    // by name: two rows may list their columns in another order
    bind: rows.flatMap((row) => names.map((name) => (row as Record<string, Value>)[name] ?? null)),
  }
}

export function openSql(runner: () => QueryRunner, dialect: Dialect, heard?: (query: string) => void): Sql {
  const query = async (text: string, values: Value[]) => {
    heard?.(text)
    return runner().query(text, values, true)
  }
  const run = async (text: string, values: Value[] = []) => (await query(text, values)).affected ?? 0
  const all = async <T>(text: string, values: Value[] = []) => (await query(text, values)).records as T[]

  return {
    dialect, run, all,
    one: async <T>(text: string, values: Value[] = []) => (await all<T>(text, values))[0] ?? null,
    insert: async (table, rows) => {
      for (const some of chunks(rows)) {
        const { table: into, columns, values, bind } = statement(table, some)
        await run(`insert into ${into} (${columns}) values ${values}`, bind)
      }
    },
    insertNew: async (table, rows) => {
      let inserted = 0
      for (const some of chunks(rows)) {
        const { table: into, columns, values, bind } = statement(table, some)
        inserted += await run(dialect.insertNew(into, columns, values), bind)
      }
      return inserted
    },
    insertSerial: async (table, row) => {
      const { table: into, columns, values, bind } = statement(table, [row])
      return Number((await query(`insert into ${into} (${columns}) values ${values}`, bind)).raw)
    },
    upsert: async (table, rows, { key, update }) => {
      for (const some of chunks(rows)) {
        const { table: into, columns, values, bind } = statement(table, some)
        await run(dialect.upsert({ table: into, columns, values }, key, update.map(quoted)), bind)
      }
    },
  }
}
