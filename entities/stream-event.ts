import { big, id, key, long, primary, type Row, table } from './columns.ts'

/**
 * An event in an event stream, such as a new line or a change of a session, with its number in the
 * stream.
 */
export const streamEvent = table(
  'stream_event',
  {
    company_id: id(primary),
    stream: key(80, primary),
    offset: big(primary),
    event_id: id(),
    type: key(48),
    data: long(),
    created_at: big(),
  },
  {
    indices: [{ name: 'ix_stream_event_created_at', columns: ['created_at'] }],
  },
)
export type StreamEventRow = Row<typeof streamEvent>
