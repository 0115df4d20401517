// Marks whether a file is used, so that uploads that were never used can be deleted. Existing files
// may be referenced anywhere, so they count as used.
import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addColumns, addIndex, dropColumns, dropIndex } from '../engine/schema.ts'

export class UnusedFiles1700000000015 implements MigrationInterface {
  name = 'UnusedFiles1700000000015'

  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'resources', { used: 'int =1' })
    await addIndex(runner, 'resources', 'used,add_time')
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'resources', 'used,add_time')
    await dropColumns(runner, 'resources', ['used'])
  }
}
