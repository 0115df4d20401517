import { createTables, dropTables, type TableShape } from '../engine/schema.ts'
import type { MigrationInterface, QueryRunner } from 'typeorm'

const tables: TableShape[] = [
  {
    name: 'access_token',
    columns: {
      token_key: 'key:80 pk',
      company_id: 'id',
      sealed: 'long null',
      expires_at: 'big',
      lease_token: 'id null',
      lease_until: 'big',
    },
    index: ['company_id'],
  },
]

export class AccessToken1700000000002 implements MigrationInterface {
  name = 'AccessToken1700000000002'
  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner, tables)
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, tables)
  }
}
