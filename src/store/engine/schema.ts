// Helpers for migrations that work with both databases. A column is described as `name:
// 'kind[:length] [pk|serial] [null]'`; columns added later come last in their entity. MySQL commits
// each step on its own and the process may die between two, so each helper checks the schema before
// changing it. Other statements of a migration (`runner.query`) must also be repeatable.
import { Table, TableIndex, TableUnique, type QueryRunner, type TableColumnOptions } from 'typeorm'
import { mysql, sqlite, type Dialect } from './dialect.ts'
import { quoted } from './sql.ts'

export type TableShape = {
  name: string
  columns: Record<string, string>
  unique?: string[]
  index?: string[]
}

function column(dialect: Dialect, name: string, shape: string): TableColumnOptions {
  const [kindAndLength = '', ...flags] = shape.split(' ')
  const [kind = '', length] = kindAndLength.split(':')
  const serial = flags.includes('serial')
  return {
    name,
    ...dialect.columnType(kind, length),
    ...(serial && {
      type: dialect === sqlite ? 'integer' : 'int',
      isGenerated: true,
      generationStrategy: 'increment',
    }),
    isPrimary: serial || flags.includes('pk'),
    isNullable: flags.includes('null'),
  }
}

const named = (prefix: string, table: string, columns: string) =>
  `${prefix}_${table}_${columns.replaceAll(',', '_')}`

const dialectOf = (runner: QueryRunner): Dialect =>
  runner.dataSource.options.type === 'better-sqlite3' ? sqlite : mysql

export async function createTables(runner: QueryRunner, shapes: TableShape[]): Promise<void> {
  const dialect = dialectOf(runner)
  for (const { name, columns, unique = [], index = [] } of shapes) {
    await runner.createTable(
      new Table({
        name,
        ...(dialect === mysql && { engine: 'InnoDB' }),
        columns: Object.entries(columns).map(([key, shape]) => column(dialect, key, shape)),
        uniques: unique.map(
          (list) =>
            new TableUnique({ name: named('uq', name, list), columnNames: list.split(',') }),
        ),
        indices: index.map(
          (list) => new TableIndex({ name: named('ix', name, list), columnNames: list.split(',') }),
        ),
      }),
      true,
    )
  }
}

export async function dropTables(runner: QueryRunner, shapes: TableShape[]): Promise<void> {
  for (const { name } of shapes.toReversed()) await runner.dropTable(name, true)
}

/**
 * Adds columns to a table that may have rows. A column that must not be NULL names the value for
 * existing rows, as in `name: 'int =0'`.
 */
export async function addColumns(
  runner: QueryRunner,
  table: string,
  columns: Record<string, string>,
): Promise<void> {
  for (const [name, shape] of Object.entries(columns)) {
    if (await runner.hasColumn(table, name)) continue
    const { type, length, charset, collation } = column(dialectOf(runner), name, shape)
    const kind = `${type}${length ? `(${length})` : ''}${charset ? ` character set ${charset} collate ${collation ?? ''}` : ''}`
    const first = /=(\S+)/.exec(shape)?.[1]
    await runner.query(
      `alter table ${quoted(table)} add column ${quoted(name)} ${kind} ${first === undefined ? 'null' : `not null default '${first}'`}`,
    )
  }
}

export async function dropColumns(
  runner: QueryRunner,
  table: string,
  columns: string[],
): Promise<void> {
  for (const name of columns) {
    if (!(await runner.hasColumn(table, name))) continue
    await runner.query(`alter table ${quoted(table)} drop column ${quoted(name)}`)
  }
}

/** Adds an index to a table. `list` names its columns, for example `'company_id,at'`. */
export const addIndex = (runner: QueryRunner, table: string, list: string): Promise<void> =>
  makeIndex(runner, { table, name: named('ix', table, list), list, kind: 'index' })

export const addUnique = (runner: QueryRunner, table: string, list: string): Promise<void> =>
  makeIndex(runner, { table, name: named('uq', table, list), list, kind: 'unique index' })

export const dropIndex = (runner: QueryRunner, table: string, list: string): Promise<void> =>
  dropNamed(runner, table, named('ix', table, list))

async function dropNamed(runner: QueryRunner, table: string, name: string): Promise<void> {
  if (await hasIndex(runner, table, name)) {
    await runner.query(dialectOf(runner).dropIndex(table, name))
  }
}

/**
 * Removes a unique key that was created with its table. SQLite can only do so by copying all rows
 * into a new table.
 */
export async function dropUnique(runner: QueryRunner, table: string, list: string): Promise<void> {
  await dropNamed(runner, table, named('uq', table, list))
  if (dialectOf(runner) !== sqlite) return
  const there = await runner.getTable(table)
  const unique = there?.uniques.find((one) => one.columnNames.join(',') === list)
  if (there && unique) await runner.dropUniqueConstraint(there, unique)
}

type NewIndex = { table: string; name: string; list: string; kind: string }

async function makeIndex(
  runner: QueryRunner,
  { table, name, list, kind }: NewIndex,
): Promise<void> {
  if (await hasIndex(runner, table, name)) return
  const columns = list.split(',').map(quoted).join(', ')
  await runner.query(`create ${kind} ${quoted(name)} on ${quoted(table)} (${columns})`)
}

async function hasIndex(runner: QueryRunner, table: string, name: string): Promise<boolean> {
  const found: unknown = await runner.query(dialectOf(runner).findIndex, [table, name])
  return Array.isArray(found) && found.length > 0
}
