// An event is one row per audience, written in the business transaction. Streams come last in a unit of work, sorted by name.
import type { Sql } from './sql.ts'

export type NewEvent = { stream: string, event_id: string, type: string, data: string, created_at: number }

export const streamQueries = (sql: Sql) => ({
  append: async (companyId: string, epoch: string, events: NewEvent[]): Promise<string[]> => {
    const names = [...new Set(events.map((event) => event.stream))].sort()
    for (const stream of names) {
      const some = events.filter((event) => event.stream === stream)
      await sql.upsert('stream', [{ company_id: companyId, stream, epoch, top: 0 }], { key: 'company_id, stream', update: ['company_id'] })
      await sql.run('update stream set top = top + ? where company_id = ? and stream = ?', [some.length, companyId, stream])
      const row = await sql.one<{ top: number }>('select top from stream where company_id = ? and stream = ?', [companyId, stream])
      const first = Number(row?.top) - some.length
      await sql.insert('stream_event', some.map(({ event_id, type, data, created_at }, at) =>
        ({ company_id: companyId, stream, offset: first + at + 1, event_id, type, data, created_at })))
    }
    return names
  },
  forget: (before: number) => sql.run('delete from stream_event where created_at < ?', [before]),
})
