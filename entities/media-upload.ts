import { EntitySchema } from 'typeorm'
import { big, id, key, primary } from './columns.ts'

/** A file of the vault as one account's platform knows it, until it forgets it. */
export type MediaUploadRow = {
  resources_id: string
  account_id: string
  kind: string
  company_id: string
  media_id: string
  dies_at: number
}

export const mediaUpload = new EntitySchema<MediaUploadRow>({
  name: 'media_upload',
  tableName: 'media_upload',
  columns: {
    resources_id: id(primary),
    account_id: id(primary),
    kind: key(16, primary),
    company_id: id(),
    media_id: key(128),
    dies_at: big(),
  },
  indices: [{ name: 'ix_media_upload_dies_at', columns: ['dies_at'] }],
})
