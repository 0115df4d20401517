import type { Platform } from 'kefu-wire'
import type { PlatformRow } from '../../entities/index.ts'
import { presentTime } from './times.ts'

/**
 * A third-party platform as the API shows it, without its secrets, which can only be written. The
 * two URLs must be entered at WeChat's open platform.
 */
export const presentPlatform = (row: PlatformRow, publicUrl: string | null): Platform => ({
  componentAppid: row.component_appid,
  hasAppSecret: true,
  hasToken: true,
  hasEncodingAesKey: true,
  keysChangedAt: presentTime(row.keys_changed_at),
  ticketAt: presentTime(row.ticket_at),
  createdAt: presentTime(row.created_at),
  ...(publicUrl !== null && {
    ticketUrl: `${publicUrl}/wechat/platform/${row.component_appid}`,
    messageUrl: `${publicUrl}/wechat/$APPID$`,
    authorizeUrl: `${publicUrl}/wechat/platform/${row.component_appid}/authorize`,
  }),
})
