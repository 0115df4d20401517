import type { CustomerRow } from '../../entities/index.ts'

export function presentCustomer(row: CustomerRow) {
  return {
    id: row.wx_user_id, openid: row.openid, nickname: row.nickname, alias: row.alias, remark: row.remark,
    tags: JSON.parse(row.tags ?? '[]') as string[], exclusiveAgentUid: row.customer_service_uid, priority: row.priority, channel: 'wechat' as const,
  }
}
