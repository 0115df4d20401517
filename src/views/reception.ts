import type { Reception, SessionKind, TrajectoryStep } from 'kefu-wire'
import type { ReceptionRow, TrajectoryRow } from '../../entities/index.ts'
import { presentTime } from './times.ts'

/**
 * A reception as the API shows it. `qrUrl` is the address at which WeChat shows the picture of its
 * QR code.
 */
export const presentReception = (row: ReceptionRow, pictures: string): Reception => ({
  id: row.reception_id,
  accountId: row.account_id,
  scene: row.scene,
  name: row.name,
  kind: row.kind as SessionKind,
  uid: row.uid,
  groupId: row.user_group_id,
  replyText: row.reply_text,
  tags: JSON.parse(row.tags ?? '[]') as string[],
  url: row.url,
  qrUrl:
    row.ticket === null
      ? null
      : `${pictures}/cgi-bin/showqrcode?ticket=${encodeURIComponent(row.ticket)}`,
  expiresAt: presentTime(row.expires_at),
  follows: row.follows,
  unfollows: row.unfollows,
  scans: row.scans,
  createdAt: presentTime(row.created_at),
})

export const presentStep = (row: TrajectoryRow): TrajectoryStep => ({
  n: row.n,
  event: row.event,
  key: row.event_key,
  detail: row.detail,
  at: presentTime(row.at),
})
