// Every table of the first release. Frozen: later changes are migrations of their own.
import { createTables, dropTables, type TableShape } from '../schema.ts'
import type { MigrationInterface, QueryRunner } from 'typeorm'

const tables: TableShape[] = [
  {
    name: 'company',
    columns: {
      company_id: 'id pk', company_name: 'text:100', enabled: 'int', expires_at: 'big null', max_agents: 'int null',
      max_accounts: 'int null', settings: 'long', created_at: 'big',
    },
  },
  {
    name: 'official_account',
    columns: {
      account_id: 'id pk', company_id: 'id', kind: 'key:16', appid: 'key:32', name: 'text:100', original_id: 'key:64',
      app_secret: 'key:255 null', token: 'key:255 null', aes_key: 'key:255 null', mode: 'key:16', binding: 'key:16',
      own_lane: 'int', site_key: 'key:64 null', allowed_origins: 'long null', deleted_at: 'big null',
      created_at: 'big',
    },
    unique: ['appid'],
    index: ['company_id'],
  },
  {
    name: 'user',
    columns: {
      uid: 'int serial', company_id: 'id', username: 'text:64', password_hash: 'key:255', name: 'text:64',
      role: 'key:16', operator: 'int', enabled: 'int', presence: 'key:16', seen_at: 'big', created_at: 'big',
    },
    unique: ['username'],
    index: ['company_id'],
  },
  {
    name: 'user_group',
    columns: {
      user_group_id: 'int serial', company_id: 'id', user_group_name: 'text:64', parent_id: 'int', created_at: 'big',
    },
    index: ['company_id'],
  },
  {
    name: 'user_group_member',
    columns: {
      user_group_id: 'int pk', uid: 'int pk', company_id: 'id',
    },
    index: ['uid'],
  },
  {
    name: 'user_deputy',
    columns: {
      uid: 'int pk', deputy_uid: 'int pk', company_id: 'id',
    },
    index: ['deputy_uid'],
  },
  {
    name: 'customer_service',
    columns: {
      customer_service_id: 'int serial', company_id: 'id', account_id: 'id', appid: 'key:32', uid: 'int',
      name: 'text:64', wx_sign: 'key:128 null', state: 'int',
    },
    unique: ['account_id,uid'],
    index: ['uid'],
  },
  {
    name: 'agent_load',
    columns: {
      uid: 'int pk', company_id: 'id', load: 'int', capacity: 'int',
    },
  },
  {
    name: 'inbox',
    columns: {
      inbox_id: 'id pk', company_id: 'id', account_id: 'id', dedup_key: 'key:80', openid: 'key:64', kind: 'key:32',
      state: 'key:16', raw_xml: 'long null', created_at: 'big',
    },
    unique: ['account_id,dedup_key'],
  },
  {
    name: 'wx_user',
    columns: {
      wx_user_id: 'id pk', company_id: 'id', account_id: 'id', appid: 'key:32', openid: 'key:64',
      unionid: 'key:64 null', nickname: 'text:100', portrait: 'text:255', alias: 'text:100', remark: 'text:255',
      tags: 'long null', subscribe: 'int', subscribe_time: 'big null', canel_time: 'big null',
      customer_service_uid: 'int', is_clue: 'int', last_time: 'big null', active_at: 'big', window_end: 'big null',
      budget_left: 'int', window_scene: 'key:16 null', out_n: 'int', add_time: 'big', update_time: 'big',
    },
    unique: ['appid,openid'],
    index: ['company_id,customer_service_uid'],
  },
  {
    name: 'message_session',
    columns: {
      session_id: 'id pk', company_id: 'id', account_id: 'id', appid: 'key:32', wx_user_id: 'id',
      open_key: 'key:80 null', state: 'int', kind: 'key:16', uid: 'int null', customer_service_id: 'int null',
      fence: 'int', seq: 'int', ledger_n: 'int', lane: 'key:48 null', rank: 'big null', queued_at: 'big null',
      assigned_at: 'big null', visitor_offset: 'int', agent_offset: 'int', unread: 'int',
      receive_message_time: 'big null', send_time: 'big null', last_message_id: 'id null', closed_at: 'big null',
      close_reason: 'text:255 null', add_time: 'big',
    },
    unique: ['open_key'],
    index: ['company_id,lane,state,rank', 'company_id,uid,state', 'wx_user_id,add_time', 'company_id,state,add_time'],
  },
  {
    name: 'session_ledger',
    columns: {
      session_id: 'id pk', n: 'int pk', company_id: 'id', from_state: 'int null', to_state: 'int', actor: 'key:64',
      reason: 'key:64 null', fence: 'int', uid: 'int null', candidates: 'long null', at: 'big',
    },
  },
  {
    name: 'message_data',
    columns: {
      message_id: 'id pk', company_id: 'id', account_id: 'id', appid: 'key:32', session_id: 'id null', seq: 'int null',
      wx_user_id: 'id', customer_wx_openid: 'key:64', customer_service_id: 'int null', uid: 'int null',
      additional_uid: 'int null', opercode: 'int', message_type: 'int', type: 'key:24', text: 'long null',
      file_url: 'text:500 null', media_id: 'key:128 null', resources_id: 'id null', lng: 'key:24 null',
      lat: 'key:24 null', map_scale: 'int null', map_label: 'text:255 null', page_title: 'text:255 null',
      page_desc: 'text:500 null', extra: 'long null', sender: 'key:64 null', client_key: 'key:80 null',
      resend_of: 'id null', delivery: 'key:16 null', errcode: 'int null', is_read: 'int', add_time: 'big',
    },
    unique: ['company_id,sender,client_key', 'session_id,seq'],
  },
  {
    name: 'outbox',
    columns: {
      outbox_id: 'id pk', company_id: 'id', account_id: 'id', wx_user_id: 'id', session_id: 'id null', n: 'int',
      way: 'key:16', state: 'key:16', lease_token: 'id null', lease_until: 'big null', retry_at: 'big',
      attempts: 'int', inflight_key: 'key:80 null', errcode: 'int null', created_at: 'big', settled_at: 'big null',
    },
    unique: ['inflight_key'],
    index: ['state,lease_until', 'wx_user_id,n'],
  },
  {
    name: 'stream',
    columns: {
      company_id: 'id pk', stream: 'key:80 pk', epoch: 'id', top: 'big',
    },
  },
  {
    name: 'stream_event',
    columns: {
      company_id: 'id pk', stream: 'key:80 pk', offset: 'big pk', event_id: 'id', type: 'key:48', data: 'long',
      created_at: 'big',
    },
    index: ['created_at'],
  },
  {
    name: 'resources',
    columns: {
      resources_id: 'id pk', company_id: 'id', sha256: 'key:64', mime_type: 'key:100', resources_size: 'int',
      file_name: 'text:255', media_id: 'key:128 null', media_dies_at: 'big null', add_time: 'big',
    },
    unique: ['company_id,sha256'],
  },
  {
    name: 'message_rule',
    columns: {
      message_rule_id: 'id pk', company_id: 'id', account_id: 'id null', name: 'text:100', enabled: 'int',
      priority: 'int', match_kind: 'key:16', keywords: 'long', pattern: 'text:200 null', action: 'long',
      schedule: 'long null', add_time: 'big', update_time: 'big',
    },
    index: ['company_id'],
  },
  {
    name: 'job_run',
    columns: {
      job: 'key:48 pk', slot: 'key:64 pk', company_id: 'id null', token: 'id', lease_until: 'big', started_at: 'big',
      ended_at: 'big null', result: 'long null',
    },
    index: ['started_at'],
  },
  {
    name: 'audit_log',
    columns: {
      audit_id: 'id pk', company_id: 'id', uid: 'int', action: 'key:64', object: 'key:80', detail: 'long null',
      at: 'big',
    },
    index: ['company_id,at'],
  },
  {
    name: 'login',
    columns: {
      token_hash: 'key:64 pk', company_id: 'id', uid: 'int', device: 'text:64 null', created_at: 'big', seen_at: 'big',
      ends_at: 'big',
    },
    index: ['uid'],
  },
  {
    name: 'login_log',
    columns: {
      login_log_id: 'id pk', username: 'text:64', ip: 'key:64', result: 'key:16', uid: 'int null', at: 'big',
    },
    index: ['username,ip,at', 'ip,at'],
  },
  {
    name: 'installation',
    columns: {
      name: 'key:64 pk', value: 'text:255',
    },
  },
]

export class Initial1700000000001 implements MigrationInterface {
  name = 'Initial1700000000001'

  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner, tables)
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, tables)
  }
}
