import type { MediaFetchRow, MessageRow } from '../../../entities/index.ts'
import type { Part } from '../../ports.ts'

const keptByPlatformMs = 3 * 24 * 3600_000

/** The parts of a message that must be downloaded before WeChat deletes them. */
export const toFetch = (message: MessageRow, parts: Part[], at: number): MediaFetchRow[] =>
  parts.map(({ part, mediaId }) => ({
    message_id: message.message_id,
    part,
    company_id: message.company_id,
    account_id: message.account_id,
    media_id: mediaId,
    state: 'pending',
    attempts: 0,
    retry_at: at,
    dies_at: at + keptByPlatformMs,
    reason: null,
  }))
