import { EntitySchema } from 'typeorm'
import { big, id, int, key, nullable, primary } from './columns.ts'

/** What a follower sent and we must fetch before the platform forgets it. One row per line and part. */
export type MediaFetchRow = {
  message_id: string
  /** file or thumb. */
  part: string
  company_id: string
  account_id: string
  media_id: string
  /** pending, fetched or lost. */
  state: string
  attempts: number
  retry_at: number
  dies_at: number
  reason: string | null
}

export const mediaFetch = new EntitySchema<MediaFetchRow>({
  name: 'media_fetch',
  tableName: 'media_fetch',
  columns: {
    message_id: id(primary),
    part: key(8, primary),
    company_id: id(),
    account_id: id(),
    media_id: key(128),
    state: key(16),
    attempts: int(),
    retry_at: big(),
    dies_at: big(),
    reason: key(64, nullable),
  },
  indices: [
    {
      name: 'ix_media_fetch_state_account_id_retry_at',
      columns: ['state', 'account_id', 'retry_at'],
    },
    { name: 'ix_media_fetch_retry_at', columns: ['retry_at'] },
  ],
})
