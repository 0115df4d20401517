// Adds all kinds of messages and events: media, trajectories, receptions, short reply windows,
// third-party platforms, and agents' names at WeChat.
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
    name: 'media_upload',
    columns: {
      resources_id: 'id pk',
      account_id: 'id pk',
      kind: 'key:16 pk',
      company_id: 'id',
      media_id: 'key:128',
      dies_at: 'big',
    },
    index: ['dies_at'],
  },
  {
    name: 'media_fetch',
    columns: {
      message_id: 'id pk',
      part: 'key:8 pk',
      company_id: 'id',
      account_id: 'id',
      media_id: 'key:128',
      state: 'key:16',
      attempts: 'int',
      retry_at: 'big',
      dies_at: 'big',
      reason: 'key:64 null',
    },
    index: ['state,retry_at'],
  },
  {
    name: 'trajectory',
    columns: {
      wx_user_id: 'id pk',
      n: 'int pk',
      company_id: 'id',
      account_id: 'id',
      event: 'key:64',
      event_key: 'text:255 null',
      detail: 'text:500 null',
      at: 'big',
    },
  },
  {
    name: 'reception',
    columns: {
      reception_id: 'id pk',
      company_id: 'id',
      account_id: 'id',
      scene: 'key:64',
      name: 'text:100',
      kind: 'key:16',
      uid: 'int null',
      user_group_id: 'int null',
      reply_text: 'long null',
      tags: 'long null',
      ticket: 'key:255 null',
      url: 'key:255 null',
      expires_at: 'big null',
      follows: 'int',
      unfollows: 'int',
      scans: 'int',
      created_at: 'big',
    },
    unique: ['account_id,scene'],
    index: ['company_id'],
  },
  {
    name: 'platform',
    columns: {
      component_appid: 'key:32 pk',
      app_secret: 'key:255',
      token: 'key:255',
      aes_key: 'key:255',
      token_previous: 'key:255 null',
      aes_key_previous: 'key:255 null',
      keys_changed_at: 'big null',
      ticket: 'key:1024 null',
      ticket_at: 'big null',
      created_at: 'big',
    },
  },
  {
    name: 'kf_account',
    columns: {
      account_id: 'id pk',
      kf_account: 'key:128 pk',
      company_id: 'id',
      kf_id: 'key:32 null',
      nickname: 'text:64',
      invite_status: 'key:16 null',
      seen_at: 'big',
    },
  },
]

const columns: Record<string, Record<string, string>> = {
  wx_user: {
    brief_end: 'big null',
    brief_left: 'int =0',
    brief_scene: 'key:16 null',
    lng: 'key:24 null',
    lat: 'key:24 null',
    location_precision: 'key:24 null',
    location_at: 'big null',
    get_into_count: 'int =0',
    reception_id: 'id null',
  },
  official_account: {
    type: 'int =1',
    token_previous: 'key:255 null',
    aes_key_previous: 'key:255 null',
    keys_changed_at: 'big null',
    component_appid: 'key:32 null',
    unbound_pushes: 'int =0',
    unbound_push_at: 'big null',
  },
  resources: { kind: 'key:16 =file', uid: 'int null' },
}

export class Platform1700000000006 implements MigrationInterface {
  name = 'Platform1700000000006'

  async up(runner: QueryRunner): Promise<void> {
    await createTables(runner, tables)
    for (const [table, added] of Object.entries(columns)) await addColumns(runner, table, added)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, added] of Object.entries(columns)) {
      await dropColumns(runner, table, Object.keys(added))
    }
    await dropTables(runner, tables)
  }
}
