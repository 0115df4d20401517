import { key, primary, type Row, table, text } from './columns.ts'

/** Facts about the whole installation that must survive a restart, one per row. */
export const installation = table('installation', {
  name: key(64, primary),
  value: text(255),
})
export type InstallationRow = Row<typeof installation>
