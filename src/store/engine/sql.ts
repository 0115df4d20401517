// How a transaction executes SQL. Writes are held back and sent together with the next read. Many
// rows are written in one statement, in portions that suit the database. Lists in `in (…)` are
// padded to a power of two, so that a few prepared statements cover batches of every size.
import type { ChangingIn, PatchIn, RowIn, TableName, WhereIn } from '../../../entities/index.ts'
import type { Dialect, Insert } from './dialect.ts'

export type Value = string | number | null
export type SqlAnswer = { records: object[]; affected: number; insertId: number }
/** Executes one statement on one connection. */
export type AskSql = (text: string, values: Value[]) => Promise<SqlAnswer>
export type Statement = { text: string; values: Value[] }
/**
 * How new rows meet rows that exist with the same key: `update` names the columns that are replaced
 * by the new values, `add` those that are increased by them.
 */
type Upsert<Name extends TableName> = {
  key: string
  update?: ChangingIn<Name>[]
  add?: ChangingIn<Name>[]
}
type Rows<Name extends TableName> = Partial<RowIn<Name>>[]
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

export type SqlRecord = Record<string, Value>

function statement(table: string, rows: object[]): Insert & { bind: Value[] } {
  // columns that are NULL in every row are left out, because each value costs time and most columns
  // of a line are NULL
  const names = Object.keys(rows[0] ?? {}).filter((name) =>
    rows.some((row) => (row as SqlRecord)[name] !== null),
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
  for (const row of rows) for (const name of names) values.push((row as SqlRecord)[name] ?? null)
  return values
}

/** Makes the statement that updates one row; none if the patch is empty. */
function changes(table: string, key: object, patch: object): Statement[] {
  const set = Object.entries(patch as Partial<SqlRecord>).filter(
    (entry): entry is [string, Value] => entry[1] !== undefined,
  )
  if (set.length === 0) return []
  const named = (names: string[], between: string) =>
    names.map((name) => `${quoted(name)} = ?`).join(between)
  const [columns, where] = [set.map(([name]) => name), Object.keys(key)]
  return [
    {
      text: `update ${quoted(table)} set ${named(columns, ', ')} where ${named(where, ' and ')}`,
      values: [...set.map(([, value]) => value), ...Object.values(key as SqlRecord)],
    },
  ]
}

/**
 * How held-back writes are sent: `soon` before the next read, `last` with the commit. If neither is
 * given, nothing can be written.
 */
export type Around = {
  heard?: ((query: string) => void) | undefined
  soon?: Statement[]
  last?: Statement[]
}

const plainInsert = ({ into, columns, values }: Insert) =>
  `insert into ${into} (${columns}) values ${values}`

/**
 * Sends the SQL of one transaction. It is a class, because otherwise each transaction would make
 * all these functions for itself, which takes time.
 */
export class Sql {
  readonly dialect: Dialect
  private readonly ask: AskSql
  private readonly around: Around

  constructor(ask: AskSql, dialect: Dialect, around: Around = {}) {
    this.ask = ask
    this.dialect = dialect
    this.around = around
  }

  async all<T>(query: string, values: Value[] = []): Promise<T[]> {
    return (await this.query(query, values)).records as T[]
  }

  async one<T>(query: string, values: Value[] = []): Promise<T | null> {
    return (await this.all<T>(query, values))[0] ?? null
  }

  /** Executes a statement and returns how many rows it changed. */
  async run(query: string, values: Value[] = []): Promise<number> {
    return (await this.query(query, values)).affected
  }

  /**
   * Sends a write whose number of changed rows does not matter. It goes with the next read or with
   * the commit, and an error appears only there, so there is nothing to wait for here.
   */
  write(query: string, values: Value[]): void {
    this.sendSoon([{ text: query, values }])
  }

  /**
   * For writes that must come last: they are sent with the commit, after all other writes of the
   * transaction.
   */
  last(query: string, values: Value[]): void {
    this.keepFor(this.around.last, [{ text: query, values }])
  }

  insert<Name extends TableName>(table: Name, rows: Rows<Name>): void {
    this.sendSoon(this.inChunks(table, rows, plainInsert))
  }

  /**
   * Inserts rows and leaves those that exist as they are. Which row was first must be read
   * afterwards, because no database reports it reliably.
   */
  insertNew<Name extends TableName>(table: Name, rows: Rows<Name>): void {
    this.sendSoon(this.inChunks(table, rows, this.dialect.insertNew))
  }

  async insertSerial<Name extends TableName>(
    table: Name,
    row: Partial<RowIn<Name>>,
  ): Promise<number> {
    const { bind, ...insert } = statement(table, [row])
    return (await this.query(plainInsert(insert), bind)).insertId
  }

  upsert<Name extends TableName>(table: Name, rows: Rows<Name>, how: Upsert<Name>): void {
    this.sendSoon(this.upserts(table, rows, how))
  }

  /**
   * Returns the statements that insert rows or change those that exist, without sending them, so
   * that they can be sent last in the transaction.
   */
  upserts<Name extends TableName>(
    table: Name,
    rows: Rows<Name>,
    { key, update = [], add = [] }: Upsert<Name>,
  ): Statement[] {
    return this.inChunks(table, rows, (insert) =>
      this.dialect.upsert(insert, key, { update: update.map(quoted), add: add.map(quoted) }),
    )
  }

  /**
   * The one way to change a row that was read and locked before: sets the columns of the patch and
   * no others. Undefined fields are left unchanged.
   */
  change<Name extends TableName>(table: Name, key: WhereIn<Name>, patch: PatchIn<Name>): void {
    this.sendSoon(changes(table, key, patch))
  }

  /**
   * Changes a row if it still has the values of `key`, which may name more columns than the primary
   * key. Returns whether it had them.
   */
  async changeIf<Name extends TableName>(
    table: Name,
    key: WhereIn<Name>,
    patch: PatchIn<Name>,
  ): Promise<boolean> {
    const [statement] = changes(table, key, patch)
    return (
      statement !== undefined && (await this.query(statement.text, statement.values)).affected > 0
    )
  }

  /**
   * Changes many rows, each found by one column: sets the columns in `set` of each to its own
   * values.
   */
  changeEach<Name extends TableName>(
    table: Name,
    rows: Rows<Name>,
    { key, set }: { key: keyof RowIn<Name> & string; set: readonly ChangingIn<Name>[] },
  ): void {
    this.sendSoon(
      [...chunks(this.dialect, rows)].map((some) => ({
        text: this.dialect.update(quoted(table), [key, ...set].map(quoted), some.length),
        values: bound(some, [key, ...set]),
      })),
    )
  }

  private query(text: string, values: Value[]): Promise<SqlAnswer> {
    this.around.heard?.(text)
    return this.ask(text, values)
  }

  private sendSoon(statements: Statement[]): void {
    this.keepFor(this.around.soon, statements)
  }

  private keepFor(time: Statement[] | undefined, statements: Statement[]): void {
    if (!time) throw new Error('nothing is written here')
    for (const statement of statements) {
      this.around.heard?.(statement.text)
      time.push(statement)
    }
  }

  private inChunks(table: string, rows: object[], text: (insert: Insert) => string): Statement[] {
    return [...chunks(this.dialect, rows)].map((some) => {
      const { bind, ...insert } = statement(table, some)
      return { text: text(insert), values: bind }
    })
  }
}
