// Adds the list of pushes that the database refused, including those already in the inbox.
import type { MigrationInterface, QueryRunner } from 'typeorm'
import { createTables, dropTables, type TableShape } from '../engine/schema.ts'

const tables: TableShape[] = [
  {
    name: 'refused_push',
    columns: {
      inbox_id: 'id pk',
      company_id: 'id',
      account_id: 'id',
      openid: 'key:64',
      kind: 'key:32',
      message_id: 'id null',
      reader: 'int',
      reread_at: 'big null',
      read_at: 'big null',
      read_by: 'int null',
      created_at: 'big',
    },
    index: ['company_id,created_at', 'reread_at'],
  },
]

export class RefusedPushes1700000000008 implements MigrationInterface {
  name = 'RefusedPushes1700000000008'

  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner, tables)
    await runner.query(
      'insert into refused_push (inbox_id, company_id, account_id, openid, kind, reader, created_at)' +
        ' select i.inbox_id, i.company_id, i.account_id, i.openid, i.kind, 0, i.created_at from inbox i' +
        " left join refused_push r on r.inbox_id = i.inbox_id where i.state = 'refused' and r.inbox_id is null",
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, tables)
  }
}
