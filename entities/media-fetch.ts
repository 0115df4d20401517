import { big, id, int, key, nullable, primary, type Row, table } from './columns.ts'

/** What a follower sent and we must fetch before the platform forgets it. One row per line and part. */
export const mediaFetch = table(
  'media_fetch',
  {
    message_id: id(primary),
    /** file or thumb. */
    part: key(8, primary),
    company_id: id(),
    account_id: id(),
    media_id: key(128),
    /** pending, fetched or lost. */
    state: key(16),
    attempts: int(),
    retry_at: big(),
    dies_at: big(),
    reason: key(64, nullable),
  },
  {
    indices: [
      {
        name: 'ix_media_fetch_state_account_id_retry_at',
        columns: ['state', 'account_id', 'retry_at'],
      },
      { name: 'ix_media_fetch_retry_at', columns: ['retry_at'] },
    ],
  },
)
export type MediaFetchRow = Row<typeof mediaFetch>
