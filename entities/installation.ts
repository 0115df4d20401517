import { key, primary, type Row, table, text } from './columns.ts'

/** What the installation itself must remember. */
export const installation = table('installation', {
  name: key(64, primary),
  value: text(255),
})
export type InstallationRow = Row<typeof installation>
