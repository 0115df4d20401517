import { EntitySchema } from 'typeorm'
import { big, id, int, key, long, nullable, primary, text } from './columns.ts'

/** A QR code and who receives those that come by it. */
export type ReceptionRow = {
  reception_id: string
  company_id: string
  account_id: string
  scene: string
  name: string
  /** other, user or group, as the kind of a session. */
  kind: string
  uid: number | null
  user_group_id: number | null
  reply_text: string | null
  tags: string | null
  ticket: string | null
  url: string | null
  expires_at: number | null
  follows: number
  unfollows: number
  scans: number
  created_at: number
}

export const reception = new EntitySchema<ReceptionRow>({
  name: 'reception',
  tableName: 'reception',
  columns: {
    reception_id: id(primary),
    company_id: id(),
    account_id: id(),
    scene: key(64),
    name: text(100),
    kind: key(16),
    uid: int(nullable),
    user_group_id: int(nullable),
    reply_text: long(nullable),
    tags: long(nullable),
    ticket: key(255, nullable),
    url: key(255, nullable),
    expires_at: big(nullable),
    follows: int(),
    unfollows: int(),
    scans: int(),
    created_at: big(),
  },
  uniques: [{ name: 'uq_reception_account_id_scene', columns: ['account_id', 'scene'] }],
  indices: [
    { name: 'ix_reception_company_id_reception_id', columns: ['company_id', 'reception_id'] },
  ],
})
