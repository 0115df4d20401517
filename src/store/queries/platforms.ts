import type { PlatformRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

export class PlatformQueries extends Queries {
  find(componentAppid: string) {
    return this.sql.one<PlatformRow>('select * from platform where component_appid = ?', [
      componentAppid,
    ])
  }

  list() {
    return this.sql.all<PlatformRow>('select * from platform order by component_appid')
  }

  lock(componentAppid: string) {
    return this.sql.one<PlatformRow>(
      `select * from platform where component_appid = ?${this.sql.dialect.forUpdate}`,
      [componentAppid],
    )
  }

  insert(row: PlatformRow) {
    this.sql.insert('platform', [row])
  }

  change(componentAppid: string, patch: Partial<Omit<PlatformRow, 'component_appid'>>) {
    this.sql.change('platform', { component_appid: componentAppid }, patch)
  }

  saveTicket(componentAppid: string, ticket: string, at: number) {
    return this.sql.run(
      'update platform set ticket = ?, ticket_at = ? where component_appid = ? and coalesce(ticket_at, 0) <= ?',
      [ticket, at, componentAppid, at],
    )
  }
}
