import type { Account, Binding, WebAccount, WechatAccount } from 'kefu-wire'
import type { AccountRow } from '../../entities/index.ts'
import { presentTime } from './times.ts'

/**
 * An account as the API shows it. Secrets can only be written, so the API merely tells whether one
 * is set.
 */
export const presentAccount = (row: AccountRow, publicUrl: string | null): Account =>
  row.kind === 'web' ? presentSite(row) : presentWechat(row, publicUrl)

const presentWechat = (row: AccountRow, publicUrl: string | null): WechatAccount => ({
  id: row.account_id,
  kind: 'wechat',
  type: row.type as WechatAccount['type'],
  appid: row.appid,
  name: row.name,
  originalId: row.original_id,
  mode: row.mode as WechatAccount['mode'],
  binding: row.binding as Binding,
  ownLane: row.own_lane === 1,
  hasAppSecret: row.app_secret !== null,
  hasToken: row.token !== null,
  hasEncodingAesKey: row.aes_key !== null,
  keysChangedAt: presentTime(row.keys_changed_at),
  componentAppid: row.component_appid,
  unboundPushes: { count: row.unbound_pushes, lastAt: presentTime(row.unbound_push_at) },
  oldPushes: { count: row.old_pushes, lastAt: presentTime(row.old_push_at) },
  callbackUrl: publicUrl === null ? null : `${publicUrl}/wechat/${row.appid}`,
  createdAt: presentTime(row.created_at),
})

const presentSite = (row: AccountRow): WebAccount => ({
  id: row.account_id,
  kind: 'web',
  name: row.name,
  binding: row.binding as Binding,
  ownLane: row.own_lane === 1,
  siteKey: row.site_key,
  allowedOrigins: JSON.parse(row.allowed_origins ?? '[]') as string[],
  createdAt: presentTime(row.created_at),
})
