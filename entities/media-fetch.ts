import { big, id, int, key, nullable, primary, type Row, table } from './columns.ts'

/**
 * A file that a follower sent and that we must download before WeChat deletes it. One row per line
 * and part.
 */
export const mediaFetch = table(
  'media_fetch',
  {
    message_id: id(primary),
    /**
     * Which part of the line must be downloaded: `file`, or `thumb` for the preview picture of a
     * video.
     */
    part: key(8, primary),
    company_id: id(),
    account_id: id(),
    media_id: key(128),
    /**
     * Whether the file was downloaded: `pending` (not yet), `fetched`, or `lost` (it can never be).
     */
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
