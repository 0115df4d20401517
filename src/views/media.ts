import type { FileType, StoredFile } from 'kefu-wire'
import type { ResourceRow } from '../../entities/index.ts'
import { mediaUrl } from './content.ts'

/** `type` is the value to use in sendMessage. */
export const presentResource = (row: ResourceRow): StoredFile => ({
  id: row.resources_id,
  type: row.kind as FileType,
  mime: row.mime_type,
  size: row.resources_size,
  name: row.file_name,
  url: mediaUrl(row.resources_id),
})
