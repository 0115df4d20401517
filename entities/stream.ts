import { big, id, key, primary, type Row, table } from './columns.ts'

/** One log per audience: its epoch and how far it goes. */
export const stream = table('stream', {
  company_id: id(primary),
  stream: key(80, primary),
  epoch: id(),
  top: big(),
})
export type StreamRow = Row<typeof stream>
