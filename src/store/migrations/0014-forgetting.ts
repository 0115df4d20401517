// Adds indexes on the times by which old data are found, so that deleting never has to read a table
// whose rows are all young.
import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addIndex, dropIndex } from '../engine/schema.ts'

const indices: [table: string, columns: string][] = [
  ['login', 'seen_at'],
  ['login', 'ends_at'],
  ['media_fetch', 'retry_at'],
  ['rule_hit', 'day'],
  ['rule_unmatched', 'last_at'],
  ['rule_replay', 'created_at'],
]

export class Forgetting1700000000014 implements MigrationInterface {
  name = 'Forgetting1700000000014'

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, columns] of indices) await addIndex(runner, table, columns)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, columns] of indices.toReversed()) await dropIndex(runner, table, columns)
  }
}
