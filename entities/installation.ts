import { EntitySchema } from 'typeorm'
import { key, primary, text } from './columns.ts'

/** What the installation itself must remember. */
export type InstallationRow = {
  name: string
  value: string
}

export const installation = new EntitySchema<InstallationRow>({
  name: 'installation',
  tableName: 'installation',
  columns: {
    name: key(64, primary),
    value: text(255),
  },
})
