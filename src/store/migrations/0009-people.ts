// Remembers who disabled a person and who gets that person's sessions, so that handing them on can
// continue after a crash.
import { addColumns, dropColumns } from '../engine/schema.ts'
import type { MigrationInterface, QueryRunner } from 'typeorm'

const added = { sessions_to: 'key:16 null', disabled_by: 'int null' }

export class People1700000000009 implements MigrationInterface {
  name = 'People1700000000009'

  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'user', added)
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'user', Object.keys(added))
  }
}
