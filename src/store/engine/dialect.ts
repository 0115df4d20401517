// The only place where SQL differs between databases. What `mysql` says both MySQL 8 and MariaDB understand.

export type Insert = { into: string; columns: string; values: string }

export type Dialect = {
  /** Appended to a select whose rows decide; as a comment where the whole database is locked anyway, so that logs still show it. */
  forUpdate: string
  /** The same, but rows that somebody else holds are left out instead of waited for; null where nobody else writes. */
  skipLocked: string | null
  begin: string
  /** A column that is looked at and not looked up by: beside a list of ids SQLite would rather walk through all rows of a company. */
  filter: (column: string) => string
  /** Behind a table: the index that is walked. A server would rather look up a part of it, and throw away what comes before the page. */
  along: (index: string) => string
  columnType: (
    kind: string,
    length: string | undefined,
  ) => { type: string; length?: string; charset?: string; collation?: string }
  insertNew: (insert: Insert) => string
  /** Of a row that is there, `update` is set and `add` is raised by what the new row says. */
  upsert: (insert: Insert, key: string, how: { update: string[]; add: string[] }) => string
  /** How many rows the next statement takes of those that are left. */
  atOnce: (left: number) => number
  /** Many rows set in one statement, found by the first column. */
  update: (table: string, columns: string[], rows: number) => string
  nowMs: string
  /** Deletes at most so many rows as its last value says. */
  deleteSome: (table: string, where: string) => string
  /** A row when the table has an index of this name. */
  findIndex: string
  dropIndex: (table: string, name: string) => string
  /** The database refuses this very row (a constraint, a value): trying again cannot help. */
  refuses: (error: unknown) => boolean
  isDuplicate: (error: unknown) => boolean
  /** Two units stood in each other's way: the whole unit may be tried again. */
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
  // a power of two, so that a handful of prepared statements serves every batch size
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

// duplicate, null, out of range, wrong text, too long, wrong date, a check, raised by a trigger
const refusedRow = new Set([1062, 1048, 1264, 1366, 1406, 1292, 3819, 4025, 1644])
// deadlock, lock wait, read too old a row
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
    // a push has up to 64 KB, more than `text` holds
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
  // not `insert ignore`: that would cut what is too long without a word
  insertNew: ({ into, columns, values }) =>
    `insert into ${into} (${columns}) values ${values} on duplicate key update ${columns.split(',')[0] ?? ''} = ${columns.split(',')[0] ?? ''}`,
  upsert: ({ into, columns, values }, _key, { update, add }) =>
    `insert into ${into} (${columns}) values ${values} on duplicate key update ` +
    [
      ...update.map((column) => `${column} = values(${column})`),
      ...add.map((column) => `${column} = ${column} + values(${column})`),
    ].join(', '),
  update: (table, [key = '', ...set], rows) => {
    // a key of another character set would be looked up without its index
    const one = `select cast(? as char(80) character set ascii) collate ascii_bin as k${set.map((_, at) => `, ? as v${at}`).join('')}`
    // straight: read the other way round it would touch, and wait for, rows of others
    return (
      `update (${Array<string>(rows).fill(one).join(' union all ')}) v straight_join ${table} t on t.${key} = v.k set ` +
      set.map((name, at) => `t.${name} = v.v${at}`).join(', ')
    )
  },
  // nothing is prepared here, and each statement is a journey; 128 lines of 64 KB stay below the 16 MB that a packet may have
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
