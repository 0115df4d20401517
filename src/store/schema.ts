// A migration writes tables in words both databases understand: `name: 'kind[:length] [pk|serial] [null]'`.
import { Table, TableIndex, TableUnique, type QueryRunner, type TableColumnOptions } from 'typeorm'
import { mysql, sqlite, type Dialect } from './dialect.ts'

export type TableShape = { name: string, columns: Record<string, string>, unique?: string[], index?: string[] }

function column(dialect: Dialect, name: string, shape: string): TableColumnOptions {
  const [kindAndLength = '', ...flags] = shape.split(' ')
  const [kind = '', length] = kindAndLength.split(':')
  const serial = flags.includes('serial')
  return {
    name,
    ...dialect.columnType(kind, length),
    ...(serial && { type: dialect === sqlite ? 'integer' : 'int', isGenerated: true, generationStrategy: 'increment' }),
    isPrimary: serial || flags.includes('pk'),
    isNullable: flags.includes('null'),
  }
}

const named = (prefix: string, table: string, columns: string) => `${prefix}_${table}_${columns.replaceAll(',', '_')}`

export async function createTables(runner: QueryRunner, shapes: TableShape[]): Promise<void> {
  const dialect = runner.dataSource.options.type === 'better-sqlite3' ? sqlite : mysql
  for (const { name, columns, unique = [], index = [] } of shapes) {
    await runner.createTable(new Table({
      name,
      ...(dialect === mysql && { engine: 'InnoDB' }),
      columns: Object.entries(columns).map(([key, shape]) => column(dialect, key, shape)),
      uniques: unique.map((list) => new TableUnique({ name: named('uq', name, list), columnNames: list.split(',') })),
      indices: index.map((list) => new TableIndex({ name: named('ix', name, list), columnNames: list.split(',') })),
    }))
  }
}

export async function dropTables(runner: QueryRunner, shapes: TableShape[]): Promise<void> {
  for (const { name } of shapes.toReversed()) await runner.dropTable(name)
}
