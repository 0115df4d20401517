// What followers do other than writing. It is read and written only for pushes that need it, so
// that texts stay fast.
import type { CustomerRow, ReceptionRow, TrajectoryRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

const visited = [
  'brief_end',
  'brief_left',
  'brief_scene',
  'lng',
  'lat',
  'location_precision',
  'location_at',
  'get_into_count',
  'tags',
  'reception_id',
] as const
export type VisitedCustomer = Pick<CustomerRow, 'wx_user_id' | (typeof visited)[number]>

/** How many rows of each follower's trajectory are kept; older ones are deleted. */
const keptOfEach = 200

export class VisitQueries extends Queries {
  load(ids: string[]) {
    const some = list(ids)
    return this.sql.all<VisitedCustomer & { n: number | null }>(
      `select wx_user_id, ${visited.join(', ')}, (select max(n) from trajectory t where t.wx_user_id = wx_user.wx_user_id) as n` +
        ` from wx_user where wx_user_id in (${some.marks})`,
      some.values,
    )
  }

  save(rows: VisitedCustomer[]) {
    this.sql.changeEach('wx_user', rows, { key: 'wx_user_id', set: visited })
  }

  insert(rows: TrajectoryRow[]) {
    this.sql.insert('trajectory', rows)
  }

  /**
   * Deletes the oldest rows of a follower's trajectory. The follower's row must be locked, so that
   * the rows are numbered without a gap.
   */
  forgetBefore(rows: TrajectoryRow[]) {
    const long = rows.filter((row) => row.n > keptOfEach)
    for (const { wx_user_id: id, n } of long) {
      this.sql.write('delete from trajectory where wx_user_id = ? and n <= ?', [id, n - keptOfEach])
    }
  }

  trajectory(companyId: string, customerId: string, page: { before: number; limit: number }) {
    return this.sql.all<TrajectoryRow>(
      'select * from trajectory where company_id = ? and wx_user_id = ? and n < ? order by n desc limit ?',
      [companyId, customerId, page.before, page.limit],
    )
  }

  receptionsOf(accountId: string, scenes: string[]) {
    const some = list(scenes)
    return this.sql.all<ReceptionRow>(
      `select * from reception where account_id = ? and scene in (${some.marks})`,
      [accountId, ...some.values],
    )
  }

  receptions(companyId: string, ids: string[]) {
    const some = list(ids)
    return this.sql.all<ReceptionRow>(
      `select * from reception where company_id = ? and reception_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  }

  /**
   * Counts a visit by a QR code. Many customers may come by the same code, and its row stays locked
   * from here until the commit, so this is done late.
   */
  count(
    id: string,
    { follows, unfollows, scans }: { follows: number; unfollows: number; scans: number },
  ) {
    this.sql.write(
      'update reception set follows = follows + ?, unfollows = unfollows + ?, scans = scans + ? where reception_id = ?',
      [follows, unfollows, scans, id],
    )
  }

  listReceptions(companyId: string, page: { before: string; limit: number }) {
    return this.sql.all<ReceptionRow>(
      `select * from reception${this.sql.dialect.along('ix_reception_company_id_reception_id')} where company_id = ? and reception_id < ? order by reception_id desc limit ?`,
      [companyId, page.before, page.limit],
    )
  }

  findReception(companyId: string, id: string) {
    return this.sql.one<ReceptionRow>(
      'select * from reception where company_id = ? and reception_id = ?',
      [companyId, id],
    )
  }

  addReception(row: ReceptionRow) {
    this.sql.insert('reception', [row])
  }

  lockReception(companyId: string, id: string) {
    return this.sql.one<ReceptionRow>(
      `select * from reception where company_id = ? and reception_id = ?${this.sql.dialect.forUpdate}`,
      [companyId, id],
    )
  }

  changeReception(
    companyId: string,
    id: string,
    patch: Partial<
      Pick<ReceptionRow, 'name' | 'kind' | 'uid' | 'user_group_id' | 'reply_text' | 'tags'>
    >,
  ) {
    this.sql.change('reception', { company_id: companyId, reception_id: id }, patch)
  }

  /**
   * Removes a deleted group from the QR codes that name it. Customers who come by such a code are
   * then received by anybody.
   */
  forgetGroup(companyId: string, groupId: number) {
    return this.sql.run(
      "update reception set kind = 'other', user_group_id = null where company_id = ? and user_group_id = ?",
      [companyId, groupId],
    )
  }

  removeReception(companyId: string, id: string) {
    return this.sql.run('delete from reception where company_id = ? and reception_id = ?', [
      companyId,
      id,
    ])
  }
}
