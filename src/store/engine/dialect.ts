// The differences in SQL between the databases; nothing else in the code depends on which one is
// used. `mysql` stands for both MySQL 8 and MariaDB.

export type Insert = { into: string; columns: string; values: string }

export type Dialect = {
  /**
   * Added to a select to lock its rows. SQLite locks the whole database, so there it is only a
   * comment that makes the intention visible in logs.
   */
  forUpdate: string
  /**
   * Added to a select to lock its rows, but to skip rows that somebody else has locked instead of
   * waiting for them. Null for SQLite, which has a single writer.
   */
  skipLocked: string | null
  begin: string
  /**
   * Marks a column of a condition that filters rows but must not be used to find them. Without the
   * mark SQLite would, for example, ignore a list of ids and read all rows of the company.
   */
  filter: (column: string) => string
  /**
   * Added to a table name to force the use of an index in its order. Otherwise a server may sort
   * rows that it then throws away.
   */
  along: (index: string) => string
  columnType: (
    kind: string,
    length: string | undefined,
  ) => { type: string; length?: string; charset?: string; collation?: string }
  insertNew: (insert: Insert) => string
  /**
   * The statement that inserts a row or, if a row with this key exists, sets its columns in
   * `update` and increases those in `add` by the values of the new row.
   */
  upsert: (insert: Insert, key: string, how: { update: string[]; add: string[] }) => string
  /** How many rows the next statement should write, if this many are left to write. */
  atOnce: (left: number) => number
  /** The statement that updates many rows at once; they are found by the first of the columns. */
  update: (table: string, columns: string[], rows: number) => string
  nowMs: string
  /** The statement that deletes rows; its last value says how many at most. */
  deleteSome: (table: string, where: string) => string
  /**
   * The statement that tells whether a table has an index of a certain name: it returns a row if
   * so.
   */
  findIndex: string
  dropIndex: (table: string, name: string) => string
  /**
   * Whether the database refused this particular row (because of a constraint or a value), so that
   * trying again cannot help.
   */
  refuses: (error: unknown) => boolean
  isDuplicate: (error: unknown) => boolean
  /**
   * Whether another transaction was in the way (a deadlock, a lock held for too long, a row changed
   * since it was read), so that the whole transaction may be tried again.
   */
  mayRepeat: (error: unknown) => boolean
}

const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : ''

export const sqlite: Dialect = {
  forUpdate: ' /* for update */',
  skipLocked: null,
  begin: 'begin immediate',
  filter: (column) => `+${column}`,
  along: (index) => ` indexed by ${index}`,
  columnType: (kind, length) => {
    if (kind === 'long') return { type: 'text' }
    if (kind === 'int' || kind === 'big') return { type: kind === 'int' ? 'int' : 'bigint' }
    return { type: 'varchar', length: length ?? '32' }
  },
  insertNew: ({ into, columns, values }) =>
    `insert into ${into} (${columns}) values ${values} on conflict do nothing`,
  upsert: ({ into, columns, values }, key, { update, add }) =>
    `insert into ${into} (${columns}) values ${values} on conflict (${key}) do update set ` +
    [
      ...update.map((column) => `${column} = excluded.${column}`),
      ...add.map((column) => `${column} = ${column} + excluded.${column}`),
    ].join(', '),
  update: (table, [key = '', ...set], rows) => {
    const one = `(?${',?'.repeat(set.length)})`
    return (
      `update ${table} set ${set.map((name, at) => `${name} = v.column${at + 2}`).join(', ')}` +
      ` from (values ${Array<string>(rows).fill(one).join(',')}) v where ${key} = v.column1`
    )
  },
  // rows are written in portions of a power of two, so that a few prepared statements cover batches
  // of every size
  atOnce: (left) => Math.min(64, 2 ** Math.floor(Math.log2(left))),
  deleteSome: (table, where) =>
    `delete from ${table} where rowid in (select rowid from ${table} where ${where} limit ?)`,
  findIndex: "select 1 from sqlite_master where type = 'index' and tbl_name = ? and name = ?",
  dropIndex: (_table, name) => `drop index \`${name}\``,
  nowMs: "select cast((julianday('now') - 2440587.5) * 86400000 as integer) as ms",
  refuses: (error) => /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/.test(errorCode(error)),
  isDuplicate: (error) => /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(errorCode(error)),
  mayRepeat: () => false,
}

// MySQL's error numbers for: duplicate key, null, out of range, invalid text, too long, invalid
// date, failed check, raised by a trigger
const refusedRow = new Set([1062, 1048, 1264, 1366, 1406, 1292, 3819, 4025, 1644])
// MySQL's error numbers for: deadlock, lock wait timeout, row changed since it was read
const inTheWay = new Set([1213, 1205, 1020])
const errorNumber = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'errno' in error && typeof error.errno === 'number'
    ? error.errno
    : 0

export const mysql: Dialect = {
  forUpdate: ' for update',
  skipLocked: ' for update skip locked',
  begin: 'start transaction',
  filter: (column) => column,
  along: (index) => ` force index (${index})`,
  columnType: (kind, length) => {
    if (kind === 'int' || kind === 'big') return { type: kind === 'int' ? 'int' : 'bigint' }
    // a push may have up to 64 KB, which is more than the type `text` holds
    if (kind === 'long') return { type: 'mediumtext', charset: 'utf8mb4', collation: 'utf8mb4_bin' }
    if (kind === 'text') {
      return {
        type: 'varchar',
        length: length ?? '255',
        charset: 'utf8mb4',
        collation: 'utf8mb4_bin',
      }
    }
    return { type: 'varchar', length: length ?? '32', charset: 'ascii', collation: 'ascii_bin' }
  },
  // new rows are not inserted by `insert ignore`, because that silently cuts values that are too
  // long
  insertNew: ({ into, columns, values }) =>
    `insert into ${into} (${columns}) values ${values} on duplicate key update ${columns.split(',')[0] ?? ''} = ${columns.split(',')[0] ?? ''}`,
  upsert: ({ into, columns, values }, _key, { update, add }) =>
    `insert into ${into} (${columns}) values ${values} on duplicate key update ` +
    [
      ...update.map((column) => `${column} = values(${column})`),
      ...add.map((column) => `${column} = ${column} + values(${column})`),
    ].join(', '),
  update: (table, [key = '', ...set], rows) => {
    // the values by which rows are found are cast to the character set of the key column; if they
    // differed, its index would not be used
    const one = `select cast(? as char(80) character set ascii) collate ascii_bin as k${set.map((_, at) => `, ? as v${at}`).join('')}`
    // a straight join keeps the order of the two tables: in the other order the server would read,
    // and wait for, rows that other transactions have locked
    return (
      `update (${Array<string>(rows).fill(one).join(' union all ')}) v straight_join ${table} t on t.${key} = v.k set ` +
      set.map((name, at) => `t.${name} = v.v${at}`).join(', ')
    )
  },
  // how many rows one statement writes: with MySQL each statement takes a round trip, and 128 lines
  // of 64 KB fit into its largest packet of 16 MB
  atOnce: (left) => Math.min(128, left),
  deleteSome: (table, where) => `delete from ${table} where ${where} limit ?`,
  findIndex:
    'select 1 from information_schema.statistics where table_schema = database() and table_name = ? and index_name = ? limit 1',
  dropIndex: (table, name) => `drop index \`${name}\` on \`${table}\``,
  nowMs: 'select cast(unix_timestamp(now(3)) * 1000 as signed) as ms',
  refuses: (error) => refusedRow.has(errorNumber(error)),
  isDuplicate: (error) => errorNumber(error) === 1062,
  mayRepeat: (error) => inTheWay.has(errorNumber(error)),
}
