// Writes and reads event streams. An event is one row per stream, written in the transaction that
// caused it. Stream rows are the most contended of a company, so they are written last in a
// transaction, sorted by name, and sent with the commit.
import { laneStream } from '../../../rules/session/stream.ts'
import { chunks } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

export type NewEvent = {
  stream: string
  event_id: string
  type: string
  data: string
  created_at: number
}

const oneEvent =
  '(?, ?, (select top - ? from stream where company_id = ? and stream = ?), ?, ?, ?, ?)'

export class StreamQueries extends Queries {
  append(companyId: string, epoch: string, events: NewEvent[]): void {
    if (events.length === 0) return
    const counts = new Map<string, number>()
    for (const { stream } of events) counts.set(stream, (counts.get(stream) ?? 0) + 1)
    const names = [...counts.keys()].sort()
    const raised = names.map((stream) => ({
      company_id: companyId,
      stream,
      epoch,
      top: counts.get(stream) ?? 0,
    }))
    for (const { text, values } of this.sql.upserts('stream', raised, {
      key: 'company_id, stream',
      add: ['top'],
    })) {
      this.sql.last(text, values)
    }
    // only the database knows the newest number of a stream, so each new event is given its distance
    // back from it
    const back = new Map(counts)
    for (const some of chunks(this.sql.dialect, events)) {
      this.sql.last(
        'insert into stream_event (company_id, stream, `offset`, event_id, type, data, created_at) values ' +
          some.map(() => oneEvent).join(','),
        some.flatMap(({ stream, event_id, type, data, created_at }) => {
          const left = (back.get(stream) ?? 1) - 1
          back.set(stream, left)
          return [companyId, stream, left, companyId, stream, event_id, type, data, created_at]
        }),
      )
    }
  }

  /**
   * The moments at which agents took, or were given, sessions from this lane lately, newest first.
   * From them the waiting time is estimated.
   */
  async leftLane(companyId: string, lane: string, since: number) {
    return (
      await this.sql.all<{ type: string; created_at: number }>(
        'select type, created_at from stream_event where company_id = ? and stream = ? order by `offset` desc limit 200',
        [companyId, laneStream(lane)],
      )
    )
      .filter(
        (row) =>
          row.created_at >= since &&
          (row.type === 'session.claimed' || row.type === 'session.assigned'),
      )
      .map((row) => row.created_at)
  }
}
