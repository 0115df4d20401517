import type { Customer } from 'kefu-wire'
import type { CustomerRow } from '../../entities/index.ts'
import { presentTime } from './times.ts'

export function presentCustomer(row: CustomerRow): Customer {
  return {
    id: row.wx_user_id,
    openid: row.openid,
    nickname: row.nickname,
    alias: row.alias,
    remark: row.remark,
    tags: JSON.parse(row.tags ?? '[]') as string[],
    exclusiveAgentUid: row.customer_service_uid,
    priority: row.priority,
    channel: 'wechat',
    subscribed: row.subscribe === 1,
    receptionId: row.reception_id,
    visits: row.get_into_count,
    ...(row.lng !== null &&
      row.lat !== null && {
        location: {
          latitude: Number(row.lat),
          longitude: Number(row.lng),
          at: presentTime(row.location_at),
        },
      }),
  }
}
