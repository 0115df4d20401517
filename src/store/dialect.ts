// The only place where SQL differs between databases. MySQL/MariaDB gets its own object beside this one.

export type Insert = { into: string, columns: string, values: string }

export type Dialect = {
  /** Appended to a select whose rows decide; as a comment where the whole database is locked anyway, so that logs still show it. */
  forUpdate: string
  begin: string
  columnType: (kind: string, length: string | undefined) => { type: string, length?: string, charset?: string, collation?: string }
  insertNew: (insert: Insert) => string
  upsert: (insert: Insert, key: string, update: string[]) => string
  /** Many rows set in one statement, found by the first column. */
  update: (table: string, columns: string[], rows: number) => string
  nowMs: string
  /** The database refuses this very row (a constraint, a value): trying again cannot help. */
  refuses: (error: unknown) => boolean
  isDuplicate: (error: unknown) => boolean
}

const errorCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''

export const sqlite: Dialect = {
  forUpdate: ' /* for update */',
  begin: 'begin immediate',
  columnType: (kind, length) => {
    if (kind === 'long') return { type: 'text' }
    if (kind === 'int' || kind === 'big') return { type: kind === 'int' ? 'int' : 'bigint' }
    return { type: 'varchar', length: length ?? '32' }
  },
  insertNew: ({ into, columns, values }) => `insert into ${into} (${columns}) values ${values} on conflict do nothing`,
  upsert: ({ into, columns, values }, key, update) =>
    `insert into ${into} (${columns}) values ${values} on conflict (${key}) do update set ` +
    update.map((column) => `${column} = excluded.${column}`).join(', '),
  update: (table, [key = '', ...set], rows) => {
    const one = `(?${',?'.repeat(set.length)})`
    return `update ${table} set ${set.map((name, at) => `${name} = v.column${at + 2}`).join(', ')}` +
      ` from (values ${Array<string>(rows).fill(one).join(',')}) v where ${key} = v.column1`
  },
  nowMs: "select cast((julianday('now') - 2440587.5) * 86400000 as integer) as ms",
  refuses: (error) => /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/.test(errorCode(error)),
  isDuplicate: (error) => /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(errorCode(error)),
}
