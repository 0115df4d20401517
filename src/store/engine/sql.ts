// How a unit of work speaks SQL. What is written waits for the next question and travels with it. Many rows go in one statement, cut as
// the database likes it; lists in `in (…)` are padded to a power of two, so that a handful of prepared statements serves every batch size.
import type { Dialect, Insert } from './dialect.ts'

export type Value = string | number | null
export type Answer = { records: object[]; affected: number; insertId: number }
/** One statement on one connection. */
export type Ask = (text: string, values: Value[]) => Promise<Answer>
export type Statement = { text: string; values: Value[] }
type Upsert = { key: string; update?: string[]; add?: string[] }
export type Sql = {
  dialect: Dialect
  all: <T>(query: string, values?: Value[]) => Promise<T[]>
  one: <T>(query: string, values?: Value[]) => Promise<T | null>
  /** Answers how many rows were changed. */
  run: (query: string, values?: Value[]) => Promise<number>
  /** Where nobody asks how many: goes with the next question or with the commit, like all that follows here. Fails there, too. */
  write: (query: string, values: Value[]) => Promise<void>
  /** Goes with the commit, after all else. */
  last: (query: string, values: Value[]) => void
  insert: (table: string, rows: object[]) => Promise<void>
  /** Leaves what is there; who was first is asked afterwards, no database tells it truly. */
  insertNew: (table: string, rows: object[]) => Promise<void>
  insertSerial: (table: string, row: object) => Promise<number>
  upsert: (table: string, rows: object[], how: Upsert) => Promise<void>
  /** The same, for `last`. */
  upserts: (table: string, rows: object[], how: Upsert) => Statement[]
  /** Sets the columns that are named, of a row that was locked before; what is undefined stays as it is. */
  change: (table: string, key: Record<string, Value>, patch: object) => Promise<void>
  /** Sets the columns of rows that are there, found by their key. */
  update: <T extends object>(
    table: string,
    rows: T[],
    how: { key: keyof T & string; set: (keyof T & string)[] },
  ) => Promise<void>
}

export const quoted = (name: string) => `\`${name}\``

/** `?,?,?,?` and the values, padded with the last one to a power of two. */
export function list(values: Value[]): { marks: string; values: Value[] } {
  const size = 2 ** Math.ceil(Math.log2(Math.max(values.length, 1)))
  const padded = [...values, ...Array<Value>(size - values.length).fill(values.at(-1) ?? null)]
  return { marks: padded.map(() => '?').join(','), values: padded }
}

export function* chunks<T>({ atOnce }: Dialect, rows: T[]): Generator<T[]> {
  for (let at = 0; at < rows.length;) {
    const size = atOnce(rows.length - at)
    yield rows.slice(at, at + size)
    at += size
  }
}

type Row = Record<string, Value>

function statement(table: string, rows: object[]): Insert & { bind: Value[] } {
  // a column that is NULL in every row is left out: most of a line's are, and each costs a binding per row
  const names = Object.keys(rows[0] ?? {}).filter((name) =>
    rows.some((row) => (row as Row)[name] !== null),
  )
  const one = `(${names.map(() => '?').join(',')})`
  return {
    into: quoted(table),
    columns: names.map(quoted).join(','),
    values: rows.map(() => one).join(','),
    bind: bound(rows, names),
  }
}

/** By name: two rows may list their columns in another order. */
function bound(rows: object[], names: string[]): Value[] {
  const values: Value[] = []
  for (const row of rows) for (const name of names) values.push((row as Row)[name] ?? null)
  return values
}

/** What is written: `soon` before the next question, `last` behind all. Where there is neither, nothing is written. */
type Around = {
  heard?: ((query: string) => void) | undefined
  soon?: Statement[]
  last?: Statement[]
}

export function openSql(ask: Ask, dialect: Dialect, { heard, soon, last }: Around = {}): Sql {
  const query = (text: string, values: Value[]) => {
    heard?.(text)
    return ask(text, values)
  }
  const keepFor = (time: Statement[] | undefined, statements: Iterable<Statement>) => {
    if (!time) throw new Error('nothing is written here')
    for (const statement of statements) {
      heard?.(statement.text)
      time.push(statement)
    }
  }
  const write = async (statements: Iterable<Statement>) => {
    keepFor(soon, statements)
  }
  const all = async <T>(text: string, values: Value[] = []) =>
    (await query(text, values)).records as T[]
  const inChunks = (table: string, rows: object[], text: (insert: Insert) => string): Statement[] =>
    [...chunks(dialect, rows)].map((some) => {
      const { bind, ...insert } = statement(table, some)
      return { text: text(insert), values: bind }
    })
  const upserts = (table: string, rows: object[], { key, update = [], add = [] }: Upsert) =>
    inChunks(table, rows, (insert) =>
      dialect.upsert(insert, key, { update: update.map(quoted), add: add.map(quoted) }),
    )

  return {
    dialect,
    all,
    upserts,
    one: async <T>(text: string, values: Value[] = []) => (await all<T>(text, values))[0] ?? null,
    run: async (text, values = []) => (await query(text, values)).affected,
    write: (text, values) => write([{ text, values }]),
    last: (text, values) => {
      keepFor(last, [{ text, values }])
    },
    insert: (table, rows) =>
      write(
        inChunks(
          table,
          rows,
          ({ into, columns, values }) => `insert into ${into} (${columns}) values ${values}`,
        ),
      ),
    insertNew: (table, rows) => write(inChunks(table, rows, dialect.insertNew)),
    insertSerial: async (table, row) => {
      const { into, columns, values, bind } = statement(table, [row])
      return (await query(`insert into ${into} (${columns}) values ${values}`, bind)).insertId
    },
    upsert: (table, rows, how) => write(upserts(table, rows, how)),
    change: (table, key, patch) => {
      const set = Object.entries(patch as Partial<Row>).filter(
        (entry): entry is [string, Value] => entry[1] !== undefined,
      )
      if (set.length === 0) return Promise.resolve()
      const named = (names: string[], between: string) =>
        names.map((name) => `${quoted(name)} = ?`).join(between)
      return write([
        {
          text: `update ${quoted(table)} set ${named(
            set.map(([name]) => name),
            ', ',
          )} where ${named(Object.keys(key), ' and ')}`,
          values: [...set.map(([, value]) => value), ...Object.values(key)],
        },
      ])
    },
    update: (table, rows, { key, set }) =>
      write(
        [...chunks(dialect, rows)].map((some) => ({
          text: dialect.update(quoted(table), [key, ...set].map(quoted), some.length),
          values: bound(some, [key, ...set]),
        })),
      ),
  }
}
