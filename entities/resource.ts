import { big, id, int, key, nullable, primary, type Row, table, text } from './columns.ts'

/** One file of the media vault; its bytes lie under its sha256. media_id: the follower's, as long as the platform keeps it. */
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
    /** 0 while nothing names it: no line, no rule, no quick reply. */
    used: int(),
  },
  {
    indices: [{ name: 'ix_resources_used_add_time', columns: ['used', 'add_time'] }],
    uniques: [{ name: 'uq_resources_company_id_sha256', columns: ['company_id', 'sha256'] }],
  },
)
export type ResourceRow = Row<typeof resource>
