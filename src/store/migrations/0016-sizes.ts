// Adds indexes for lists and jobs that would otherwise read whole tables. Only pushes of new
// followers have to write one more key.
import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addIndex, dropIndex } from '../engine/schema.ts'

const longer: [table: string, before: string, after: string][] = [
  ['message_session', 'company_id,uid,state', 'company_id,uid,state,add_time'],
  ['wx_user', 'company_id,customer_service_uid', 'company_id,customer_service_uid,wx_user_id'],
  ['session_member', 'uid,session_id', 'uid,left_at,session_id'],
  ['reception', 'company_id', 'company_id,reception_id'],
]
const added: [table: string, columns: string][] = [
  ['wx_user', 'company_id,wx_user_id'],
  ['job_run', 'job,started_at'],
  ['missed_session', 'company_id,uid,at'],
  ['rule_unmatched', 'company_id,times'],
  ['refused_push', 'company_id,reread_at,reader,created_at'],
]

export class Sizes1700000000016 implements MigrationInterface {
  name = 'Sizes1700000000016'

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, columns] of added) await addIndex(runner, table, columns)
    for (const [table, before, after] of longer) {
      await addIndex(runner, table, after)
      await dropIndex(runner, table, before)
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, before, after] of longer) {
      await addIndex(runner, table, before)
      await dropIndex(runner, table, after)
    }
    for (const [table, columns] of added) await dropIndex(runner, table, columns)
  }
}
