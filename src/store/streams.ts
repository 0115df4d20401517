// An event is one row per audience, written in the business transaction. Streams come last in a unit of work, sorted by name: a
// company's busiest rows, held only from here to the commit.
import { list, type Sql } from './sql.ts'

export type NewEvent = { stream: string, event_id: string, type: string, data: string, created_at: number }

export const streamQueries = (sql: Sql) => ({
  append: async (companyId: string, epoch: string, events: NewEvent[]): Promise<string[]> => {
    if (events.length === 0) return []
    const counts = new Map<string, number>()
    for (const { stream } of events) counts.set(stream, (counts.get(stream) ?? 0) + 1)
    const names = [...counts.keys()].sort()
    await sql.upsert('stream', names.map((stream) => ({ company_id: companyId, stream, epoch, top: counts.get(stream) ?? 0 })), { key: 'company_id, stream', add: ['top'] })
    const some = list(names)
    const rows = await sql.all<{ stream: string, top: number }>(
      `select stream, top from stream where company_id = ? and stream in (${some.marks})`, [companyId, ...some.values])

    const next = new Map(rows.map(({ stream, top }) => [stream, top - (counts.get(stream) ?? 0)]))
    await sql.insert('stream_event', events.map(({ stream, event_id, type, data, created_at }) => {
      const offset = (next.get(stream) ?? 0) + 1
      next.set(stream, offset)
      return { company_id: companyId, stream, offset, event_id, type, data, created_at }
    }))
    return names
  },
  forget: (before: number) => sql.run('delete from stream_event where created_at < ?', [before]),
})
