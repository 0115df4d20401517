import type { PlatformRow } from '../../../entities/index.ts'
import type { Sql } from '../engine/sql.ts'

export const platformQueries = (sql: Sql) => ({
  find: (componentAppid: string) =>
    sql.one<PlatformRow>('select * from platform where component_appid = ?', [componentAppid]),
  list: () => sql.all<PlatformRow>('select * from platform order by component_appid'),
  lock: (componentAppid: string) =>
    sql.one<PlatformRow>(
      `select * from platform where component_appid = ?${sql.dialect.forUpdate}`,
      [componentAppid],
    ),
  insert: (row: PlatformRow) => sql.insert('platform', [row]),
  change: (componentAppid: string, patch: Partial<Omit<PlatformRow, 'component_appid'>>) =>
    sql.change('platform', { component_appid: componentAppid }, patch),
  saveTicket: (componentAppid: string, ticket: string, at: number) =>
    sql.run(
      'update platform set ticket = ?, ticket_at = ? where component_appid = ? and coalesce(ticket_at, 0) <= ?',
      [ticket, at, componentAppid, at],
    ),
})
