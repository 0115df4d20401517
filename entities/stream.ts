import { big, id, key, primary, type Row, table } from './columns.ts'

/**
 * A stream: the log of events for one audience, with its epoch and the number of its newest event.
 */
export const stream = table('stream', {
  company_id: id(primary),
  stream: key(80, primary),
  epoch: id(),
  top: big(),
})
export type StreamRow = Row<typeof stream>
