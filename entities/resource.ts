import { big, id, int, key, nullable, primary, type Row, table, text } from './columns.ts'

/**
 * A file of the media vault. Its bytes are stored under the sha256 of their content. `media_id` and
 * `media_dies_at` are always NULL: WeChat's ids of files are in media_fetch and media_upload.
 */
export const resource = table(
  'resources',
  {
    resources_id: id(primary),
    company_id: id(),
    sha256: key(64),
    mime_type: key(100),
    resources_size: int(),
    file_name: text(255),
    media_id: key(128, nullable),
    media_dies_at: big(nullable),
    add_time: big(),
    kind: key(16),
    uid: int(nullable),
    /**
     * 1 once a line, a rule or a quick reply has used the file, and forever after. 0 for an upload
     * that nothing has used yet: it is deleted after some time.
     */
    used: int(),
  },
  {
    indices: [{ name: 'ix_resources_used_add_time', columns: ['used', 'add_time'] }],
    uniques: [{ name: 'uq_resources_company_id_sha256', columns: ['company_id', 'sha256'] }],
  },
)
export type ResourceRow = Row<typeof resource>
