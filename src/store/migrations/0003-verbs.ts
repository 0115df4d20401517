// Adds group chats, grades, watching supervisors, the author of a line, and greetings.
import {
  addColumns,
  createTables,
  dropColumns,
  dropTables,
  type TableShape,
} from '../engine/schema.ts'
import type { MigrationInterface, QueryRunner } from 'typeorm'

const tables: TableShape[] = [
  {
    name: 'session_member',
    columns: {
      session_id: 'id pk',
      uid: 'int pk',
      company_id: 'id',
      added_by: 'int',
      joined_at: 'big',
      left_at: 'big null',
    },
    index: ['uid,session_id'],
  },
  {
    name: 'session_evaluate',
    columns: {
      session_id: 'id pk',
      kind: 'key:16 pk',
      company_id: 'id',
      uid: 'int null',
      grade: 'int',
      text: 'text:500 null',
      at: 'big',
    },
    index: ['company_id,at'],
  },
]

export class Verbs1700000000003 implements MigrationInterface {
  name = 'Verbs1700000000003'

  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner, tables)
    await addColumns(runner, 'message_session', { watched_until: 'big' })
    await addColumns(runner, 'message_data', { additional_user_name: 'text:64' })
    await addColumns(runner, 'user', { greeting: 'text:500' })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'user', ['greeting'])
    await dropColumns(runner, 'message_data', ['additional_user_name'])
    await dropColumns(runner, 'message_session', ['watched_until'])
    await dropTables(runner, tables)
  }
}
