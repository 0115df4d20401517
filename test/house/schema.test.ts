// No drift: the migrated schema, read from the database itself, is what the entities say.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { EntitySchemaColumnOptions } from 'typeorm'
import { entities } from '../../entities/index.ts'
import { openTestStore } from '../support/store.ts'

type Column = { name: string, type: string, notnull: number, pk: number }

const typeOf = (column: EntitySchemaColumnOptions) => {
  if (column.generated) return 'integer'
  return column.length === undefined ? String(column.type) : `varchar(${column.length})`
}

for (const { options } of entities) {
  void test(`the table ${options.tableName ?? ''} is what its entity says`, async (t) => {
    const { store, close } = await openTestStore()
    t.after(close)
    const columns = await store.read.sql.all<Column>(`select name, type, "notnull", pk from pragma_table_info('${options.tableName ?? ''}')`)
    const wanted = Object.entries(options.columns).map(([name, column]) => [name, typeOf(column), column.nullable === true, column.primary === true])
    assert.deepEqual(columns.map((column) => [column.name, column.type.toLowerCase(), column.notnull === 0 && column.pk === 0, column.pk > 0]), wanted)

    const indices = await store.read.sql.all<{ columns: string, unique: number }>(
      `select (select group_concat(name) from pragma_index_info(list.name)) as columns, list."unique" as "unique" from pragma_index_list('${options.tableName ?? ''}') list where origin <> 'pk'`)
    const named = (list: { columns?: unknown }[] = []) => list.map((one) => (one.columns as string[]).join(','))
    assert.deepEqual(indices.filter((one) => one.unique).map((one) => one.columns).sort(), named(options.uniques).sort())
    assert.deepEqual(indices.filter((one) => !one.unique).map((one) => one.columns).sort(), named(options.indices).sort())
  })
}
