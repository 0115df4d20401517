import { big, id, key, primary, type Row, table } from './columns.ts'

/**
 * The id that WeChat gave to a file of our vault when we uploaded it for one account. WeChat
 * forgets it after some days.
 */
export const mediaUpload = table(
  'media_upload',
  {
    resources_id: id(primary),
    account_id: id(primary),
    kind: key(16, primary),
    company_id: id(),
    media_id: key(128),
    dies_at: big(),
  },
  {
    indices: [{ name: 'ix_media_upload_dies_at', columns: ['dies_at'] }],
  },
)
export type MediaUploadRow = Row<typeof mediaUpload>
