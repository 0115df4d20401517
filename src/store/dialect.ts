// The only place where SQL differs between databases. MySQL/MariaDB gets its own object beside this one.

export type Dialect = {
  /** Appended to a select whose rows decide; as a comment where the whole database is locked anyway, so that logs still show it. */
  forUpdate: string
  begin: string
  columnType: (kind: string, length: string | undefined) => { type: string, length?: string, charset?: string, collation?: string }
  insertNew: (table: string, columns: string, values: string) => string
  upsert: (insert: { table: string, columns: string, values: string }, key: string, update: string[]) => string
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
  insertNew: (table, columns, values) => `insert into ${table} (${columns}) values ${values} on conflict do nothing`,
  upsert: ({ table, columns, values }, key, update) =>
    `insert into ${table} (${columns}) values ${values} on conflict (${key}) do update set ` +
    update.map((column) => `${column} = excluded.${column}`).join(', '),
  nowMs: "select cast((julianday('now') - 2440587.5) * 86400000 as integer) as ms",
  refuses: (error) => /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/.test(errorCode(error)),
  isDuplicate: (error) => /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(errorCode(error)),
}
