// How a unit of work speaks SQL. Many rows go in one statement, cut into powers of two, so that a handful of prepared
// statements serves every batch size; lists in `in (…)` are padded for the same reason.
import type { Dialect, Insert } from './dialect.ts'

export type Value = string | number | null
export type Answer = { records: object[], affected: number, insertId: number }
/** One statement on one connection. */
export type Ask = (text: string, values: Value[]) => Promise<Answer>
export type Statement = { text: string, values: Value[] }
type Upsert = { key: string, update?: string[], add?: string[] }
export type Sql = {
  dialect: Dialect
  all: <T>(query: string, values?: Value[]) => Promise<T[]>
  one: <T>(query: string, values?: Value[]) => Promise<T | null>
  /** Answers how many rows were changed. */
  run: (query: string, values?: Value[]) => Promise<number>
  /** Goes with the commit, after all that is asked before; in a unit of work only. */
  last: (query: string, values: Value[]) => void
  insert: (table: string, rows: object[]) => Promise<void>
  /** Leaves what is there; who was first is asked afterwards, no database tells it truly. */
  insertNew: (table: string, rows: object[]) => Promise<void>
  insertSerial: (table: string, row: object) => Promise<number>
  upsert: (table: string, rows: object[], how: Upsert) => Promise<void>
  /** The same, for `last`. */
  upserts: (table: string, rows: object[], how: Upsert) => Statement[]
  /** Sets the columns of rows that are there, found by their key. */
  update: <T extends object>(table: string, rows: T[], how: { key: keyof T & string, set: (keyof T & string)[] }) => Promise<void>
}

export const quoted = (name: string) => `\`${name}\``

/** `?,?,?,?` and the values, padded with the last one to a power of two. */
export function list(values: Value[]): { marks: string, values: Value[] } {
  const size = 2 ** Math.ceil(Math.log2(Math.max(values.length, 1)))
  const padded = [...values, ...Array<Value>(size - values.length).fill(values.at(-1) ?? null)]
  return { marks: padded.map(() => '?').join(','), values: padded }
}

export function* chunks<T>(rows: T[]): Generator<T[]> {
  for (let at = 0; at < rows.length;) {
    const size = Math.min(64, 2 ** Math.floor(Math.log2(rows.length - at)))
    yield rows.slice(at, at + size)
    at += size
  }
}

type Row = Record<string, Value>

function statement(table: string, rows: object[]): Insert & { bind: Value[] } {
  // a column that is NULL in every row is left out: most of a line's are, and each costs a binding per row
  const names = Object.keys(rows[0] ?? {}).filter((name) => rows.some((row) => (row as Row)[name] !== null))
  const one = `(${names.map(() => '?').join(',')})`
  return { into: quoted(table), columns: names.map(quoted).join(','), values: rows.map(() => one).join(','), bind: bound(rows, names) }
}

/** By name: two rows may list their columns in another order. */
function bound(rows: object[], names: string[]): Value[] {
  const values: Value[] = []
  for (const row of rows) for (const name of names) values.push((row as Row)[name] ?? null)
  return values
}

type Around = { heard?: ((query: string) => void) | undefined, last?: Statement[] }

export function openSql(ask: Ask, dialect: Dialect, { heard, last }: Around = {}): Sql {
  const query = (text: string, values: Value[]) => {
    heard?.(text)
    return ask(text, values)
  }
  const run = async (text: string, values: Value[] = []) => (await query(text, values)).affected
  const all = async <T>(text: string, values: Value[] = []) => (await query(text, values)).records as T[]
  // sent one behind the other, awaited together: a connection keeps their order
  const runAll = async (statements: Statement[]): Promise<void> => { await Promise.all(statements.map(({ text, values }) => run(text, values))) }
  const inChunks = (table: string, rows: object[], text: (insert: Insert) => string): Statement[] => [...chunks(rows)].map((some) => {
    const { bind, ...insert } = statement(table, some)
    return { text: text(insert), values: bind }
  })
  const upserts = (table: string, rows: object[], { key, update = [], add = [] }: Upsert) =>
    inChunks(table, rows, (insert) => dialect.upsert(insert, key, { update: update.map(quoted), add: add.map(quoted) }))

  return {
    dialect, run, all, upserts,
    last: (text, values) => {
      if (!last) throw new Error('nothing is written here')
      heard?.(text)
      last.push({ text, values })
    },
    one: async <T>(text: string, values: Value[] = []) => (await all<T>(text, values))[0] ?? null,
    insert: (table, rows) => runAll(inChunks(table, rows, ({ into, columns, values }) => `insert into ${into} (${columns}) values ${values}`)),
    insertNew: (table, rows) => runAll(inChunks(table, rows, dialect.insertNew)),
    insertSerial: async (table, row) => {
      const { into, columns, values, bind } = statement(table, [row])
      return (await query(`insert into ${into} (${columns}) values ${values}`, bind)).insertId
    },
    upsert: (table, rows, how) => runAll(upserts(table, rows, how)),
    update: async (table, rows, { key, set }) => {
      for (const some of chunks(rows)) await run(dialect.update(quoted(table), [key, ...set].map(quoted), some.length), bound(some, [key, ...set]))
    },
  }
}
