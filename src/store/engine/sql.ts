// How a transaction executes SQL. Writes are held back and sent together with the next read. Many
// rows are written in one statement, in portions that suit the database. Lists in `in (…)` are
// padded to a power of two, so that a few prepared statements cover batches of every size.
import type { Dialect, Insert } from './dialect.ts'

export type Value = string | number | null
export type Answer = { records: object[]; affected: number; insertId: number }
/** Executes one statement on one connection. */
export type Ask = (text: string, values: Value[]) => Promise<Answer>
export type Statement = { text: string; values: Value[] }
type Upsert = { key: string; update?: string[]; add?: string[] }
export type Sql = {
  dialect: Dialect
  all: <T>(query: string, values?: Value[]) => Promise<T[]>
  one: <T>(query: string, values?: Value[]) => Promise<T | null>
  /** Returns the number of rows that were changed. */
  run: (query: string, values?: Value[]) => Promise<number>
  /**
   * For writes whose row count does not matter. They are sent with the next read or with the
   * commit, and that is also where an error appears.
   */
  write: (query: string, values: Value[]) => Promise<void>
  /** Sent with the commit, after everything else. */
  last: (query: string, values: Value[]) => void
  insert: (table: string, rows: object[]) => Promise<void>
  /**
   * Leaves existing rows as they are. Which row was first must be read afterwards, because no
   * database reports it reliably.
   */
  insertNew: (table: string, rows: object[]) => Promise<void>
  insertSerial: (table: string, row: object) => Promise<number>
  upsert: (table: string, rows: object[], how: Upsert) => Promise<void>
  /** The same, in a form for `last`. */
  upserts: (table: string, rows: object[], how: Upsert) => Statement[]
  /**
   * Sets the named columns of a row that is already locked. Undefined fields are left unchanged.
   */
  change: (table: string, key: Record<string, Value>, patch: object) => Promise<void>
  /** Sets columns of existing rows, which are found by their key. */
  update: <T extends object>(
    table: string,
    rows: T[],
    how: { key: keyof T & string; set: (keyof T & string)[] },
  ) => Promise<void>
}

export const quoted = (name: string) => `\`${name}\``

/** Returns `?,?,?,?` and the values, padded with the last value to a power of two. */
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
  // columns that are NULL in every row are left out, because each value costs time and most columns
  // of a line are NULL
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

/** Collects values by column name, because two rows may list their columns in different order. */
function bound(rows: object[], names: string[]): Value[] {
  const values: Value[] = []
  for (const row of rows) for (const name of names) values.push((row as Row)[name] ?? null)
  return values
}

/**
 * How held-back writes are sent: `soon` before the next read, `last` with the commit. If neither is
 * given, nothing can be written.
 */
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
