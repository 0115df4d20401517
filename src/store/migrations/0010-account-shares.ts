// Adds indexes to find pending replies and downloads by account, so that each account can have its
// own share.
import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm'
import { addColumns, dropColumns } from '../engine/schema.ts'

const indices = [
  {
    table: 'outbox',
    before: ['state', 'lease_until'],
    after: ['state', 'account_id', 'holds_files', 'created_at'],
  },
  {
    table: 'media_fetch',
    before: ['state', 'retry_at'],
    after: ['state', 'account_id', 'retry_at'],
  },
]

export class AccountShares1700000000010 implements MigrationInterface {
  name = 'AccountShares1700000000010'

  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn('outbox', 'holds_files'))) {
      await addColumns(runner, 'outbox', { holds_files: 'int =0' })
    }
    for (const { table, before, after } of indices) {
      await replaceIndex(runner, table, { before, after })
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { table, before, after } of indices) {
      await replaceIndex(runner, table, { before: after, after: before })
    }
    await dropColumns(runner, 'outbox', ['holds_files'])
  }
}

/** Can be repeated, because on MySQL one of the two steps may have been committed already. */
async function replaceIndex(
  runner: QueryRunner,
  table: string,
  { before, after }: { before: string[]; after: string[] },
): Promise<void> {
  const nameOf = (columns: string[]) => `ix_${table}_${columns.join('_')}`
  const stands = ((await runner.getTable(table))?.indices ?? []).map(({ name }) => name)
  if (!stands.includes(nameOf(after))) {
    await runner.createIndex(table, new TableIndex({ name: nameOf(after), columnNames: after }))
  }
  if (stands.includes(nameOf(before))) await runner.dropIndex(table, nameOf(before))
}
