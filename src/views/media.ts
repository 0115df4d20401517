import type { FileType, StoredFile } from 'kefu-wire'
import type { ResourceRow } from '../../entities/index.ts'
import { mediaUrl } from './content.ts'

/**
 * A stored file as the API shows it. `type` is the type of message with which sendMessage can send
 * it, except `file`, which WeChat does not take.
 */
export const presentResource = (row: ResourceRow): StoredFile => ({
  id: row.resources_id,
  type: row.kind as FileType,
  mime: row.mime_type,
  size: row.resources_size,
  name: row.file_name,
  url: mediaUrl(row.resources_id),
})
