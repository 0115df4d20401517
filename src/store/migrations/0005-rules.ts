// Adds full rules: lines of every type, counts of hits, unanswered questions, replays and quick
// replies.
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
    name: 'rule_hit',
    columns: { message_rule_id: 'id pk', day: 'int pk', company_id: 'id', hits: 'int' },
    index: ['company_id,day'],
  },
  {
    name: 'rule_unmatched',
    columns: {
      company_id: 'id pk',
      text_hash: 'key:64 pk',
      account_id: 'id',
      text: 'text:255',
      folded: 'text:255',
      times: 'int',
      first_at: 'big',
      last_at: 'big',
    },
    index: ['company_id,last_at'],
  },
  {
    name: 'rule_replay',
    columns: {
      replay_id: 'id pk',
      company_id: 'id',
      uid: 'int',
      state: 'key:16',
      input: 'long',
      total: 'int',
      done: 'int',
      result: 'long null',
      token: 'id null',
      lease_until: 'big null',
      created_at: 'big',
      ended_at: 'big null',
    },
    index: ['company_id,created_at', 'state'],
  },
  {
    name: 'quick_reply',
    columns: {
      quick_reply_id: 'id pk',
      company_id: 'id',
      uid: 'int',
      type: 'int',
      reply_group_id: 'id null',
      title: 'text:100',
      text: 'long',
      content: 'long',
      use_count: 'int',
      add_time: 'big',
      update_time: 'big',
    },
    index: ['company_id,type,uid'],
  },
  {
    name: 'quick_reply_group',
    columns: {
      reply_group_id: 'id pk',
      company_id: 'id',
      uid: 'int',
      type: 'int',
      group_name: 'text:64',
      add_time: 'big',
    },
    index: ['company_id,type,uid'],
  },
]

export class Rules1700000000005 implements MigrationInterface {
  name = 'Rules1700000000005'

  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner, tables)
    await addColumns(runner, 'message_data', { content: 'long null' })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'message_data', ['content'])
    await dropTables(runner, tables)
  }
}
