// Adds what routing needs: turns, priorities, unanswered lines, missed sessions and reclaimed
// customers.
import type { MigrationInterface, QueryRunner } from 'typeorm'
import {
  addColumns,
  createTables,
  dropColumns,
  dropTables,
  type TableShape,
} from '../engine/schema.ts'

const tables: TableShape[] = [
  {
    name: 'missed_session',
    columns: {
      session_id: 'id pk',
      company_id: 'id',
      account_id: 'id',
      wx_user_id: 'id',
      uid: 'int null',
      at: 'big',
    },
    index: ['company_id,at', 'wx_user_id'],
  },
  {
    name: 'reclaimed',
    columns: {
      reclaimed_id: 'id pk',
      company_id: 'id',
      wx_user_id: 'id',
      uid: 'int',
      session_id: 'id null',
      at: 'big',
      undone_at: 'big null',
    },
    index: ['company_id,at', 'wx_user_id'],
  },
]

export class Routing1700000000004 implements MigrationInterface {
  name = 'Routing1700000000004'

  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner, tables)
    await addColumns(runner, 'agent_load', { turn: 'big =0' })
    await addColumns(runner, 'wx_user', { priority: 'int =0' })
    await addColumns(runner, 'message_session', { unanswered_since: 'big null' })
    await runner.query(
      'update message_session set unanswered_since = receive_message_time where open_key is not null and unread > 0',
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'message_session', ['unanswered_since'])
    await dropColumns(runner, 'wx_user', ['priority'])
    await dropColumns(runner, 'agent_load', ['turn'])
    await dropTables(runner, tables)
  }
}
