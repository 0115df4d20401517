import { EntitySchema } from 'typeorm'
import { big, id, key, long, primary } from './columns.ts'

/** One event in one stream. */
export type StreamEventRow = {
  company_id: string
  stream: string
  offset: number
  event_id: string
  type: string
  data: string
  created_at: number
}

export const streamEvent = new EntitySchema<StreamEventRow>({
  name: 'stream_event',
  tableName: 'stream_event',
  columns: {
    company_id: id(primary),
    stream: key(80, primary),
    offset: big(primary),
    event_id: id(),
    type: key(48),
    data: long(),
    created_at: big(),
  },
  indices: [{ name: 'ix_stream_event_created_at', columns: ['created_at'] }],
})
