// Adds the newest time in an account's pushes, and the number of old pushes that were refused.
import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addColumns, dropColumns } from '../engine/schema.ts'

const columns = {
  newest_push: 'big null',
  newest_push_at: 'big null',
  old_pushes: 'int =0',
  old_push_at: 'big null',
}

export class PushTimes1700000000013 implements MigrationInterface {
  name = 'PushTimes1700000000013'

  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'official_account', columns)
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'official_account', Object.keys(columns))
  }
}
