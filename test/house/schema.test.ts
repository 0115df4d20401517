// Compares the migrated schema, read from the database, with the entities.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { EntitySchemaColumnOptions } from 'typeorm'
import { entities } from '../../entities/index.ts'
import type { Sql } from '../../src/store/engine/sql.ts'
import { openHouse } from '../support/app.ts'
import { isCluster } from '../support/edition.ts'
import { schemaOf } from '../support/schema.ts'
import { openTestStore } from '../support/store.ts'

type Column = {
  name: string
  type: string
  nullable: boolean
  primary: boolean
  collation: string | null
}
type Index = { columns: string; unique: boolean }
type Schema = {
  columns: (sql: Sql, table: string) => Promise<Column[]>
  indices: (sql: Sql, table: string) => Promise<Index[]>
  typeOf: (column: EntitySchemaColumnOptions) => [string, string | null]
}

const sqlite: Schema = {
  columns: async (sql, table) =>
    (
      await sql.all<{ name: string; type: string; notnull: number; pk: number }>(
        `select name, type, "notnull", pk from pragma_table_info('${table}')`,
      )
    ).map((row) => ({
      name: row.name,
      type: row.type.toLowerCase(),
      nullable: row.notnull === 0 && row.pk === 0,
      primary: row.pk > 0,
      collation: null,
    })),
  indices: async (sql, table) =>
    (
      await sql.all<{ columns: string; unique: number }>(
        `select (select group_concat(name) from pragma_index_info(list.name)) as columns, list."unique" as "unique" from pragma_index_list('${table}') list where origin <> 'pk'`,
      )
    ).map((row) => ({ columns: row.columns, unique: row.unique === 1 })),
  typeOf: (column) => {
    if (column.generated) return ['integer', null]
    return [column.length === undefined ? String(column.type) : `varchar(${column.length})`, null]
  },
}

const mysql: Schema = {
  columns: async (sql, table) =>
    (
      await sql.all<{
        name: string
        type: string
        nullable: string
        pk: string
        collation: string | null
      }>(
        'select column_name as name, column_type as type, is_nullable as nullable, column_key as pk, collation_name as collation' +
          ' from information_schema.columns where table_schema = database() and table_name = ? order by ordinal_position',
        [table],
      )
    )
      // the display width of integers is left out, because MySQL 8 no longer reports it
      .map((row) => ({
        name: row.name,
        type: row.type.replace(/int\(\d+\)/, 'int'),
        nullable: row.nullable === 'YES',
        primary: row.pk === 'PRI',
        collation: row.collation,
      })),
  indices: async (sql, table) =>
    (
      await sql.all<{ columns: string; nonunique: number }>(
        'select group_concat(column_name order by seq_in_index) as columns, min(non_unique) as nonunique from information_schema.statistics' +
          " where table_schema = database() and table_name = ? and index_name <> 'PRIMARY' group by index_name",
        [table],
      )
    ).map((row) => ({ columns: row.columns, unique: row.nonunique === 0 })),
  typeOf: (column) => {
    if (column.type === 'text') return ['mediumtext', 'utf8mb4_bin']
    if (column.length === undefined) return [String(column.type), null]
    return [`varchar(${column.length})`, column.collation ?? 'utf8mb4_bin']
  },
}

const schema = isCluster ? mysql : sqlite
const named = (list: { columns?: unknown }[] = []) =>
  list.map((one) => (one.columns as string[]).join(',')).sort()

void test('every table in the database has exactly the columns and keys of its entity', async (t) => {
  const { store, close } = await openTestStore()
  t.after(close)
  for (const { options } of entities) {
    const table = options.tableName ?? ''
    const wanted = Object.entries(options.columns as Record<string, EntitySchemaColumnOptions>).map(
      ([name, column]): Column => {
        const [type, collation] = schema.typeOf(column)
        return {
          name,
          type,
          nullable: column.nullable === true,
          primary: column.primary === true,
          collation,
        }
      },
    )
    assert.deepEqual(await schema.columns(store.read.sql, table), wanted, table)
    const indices = await schema.indices(store.read.sql, table)
    assert.deepEqual(
      indices
        .filter((one) => one.unique)
        .map((one) => one.columns)
        .sort(),
      named(options.uniques),
      table,
    )
    assert.deepEqual(
      indices
        .filter((one) => !one.unique)
        .map((one) => one.columns)
        .sort(),
      named(options.indices),
      table,
    )
  }
})

void test('a house, which the runner may have given a copy of the schema, has exactly the schema that migrations make', async (t) => {
  const { store, close } = await openTestStore()
  t.after(close)
  const house = await openHouse()
  t.after(house.close)
  const names = 'select name from migrations order by id'
  const [copied, migrated] = [house.app.ports.store.read.sql, store.read.sql]
  assert.deepEqual(await schemaOf(copied), await schemaOf(migrated))
  assert.deepEqual(await copied.all(names), await migrated.all(names))
})
