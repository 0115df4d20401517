import { queued } from '../../../rules/session/states.ts'
import type { CustomerRow, PatchIn } from '../../../entities/index.ts'
import { list, type Value } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

/**
 * The columns of a customer that a push writes. The exclusive agent is not among them, because that
 * column is indexed and most pushes do not change it.
 */
const heard = [
  'last_time',
  'active_at',
  'window_end',
  'budget_left',
  'window_scene',
  'out_n',
  'subscribe',
  'subscribe_time',
  'canel_time',
  'update_time',
] as const
const known = [
  'wx_user_id',
  'company_id',
  'account_id',
  'appid',
  'openid',
  'nickname',
  'customer_service_uid',
  'reception_id',
  'priority',
  ...heard,
] as const

/** The columns of a customer that a push needs; for speed, no others are read. */
export type KnownCustomer = Pick<CustomerRow, (typeof known)[number]>

/** Searches a customer's names for a text. An openid is only found as a whole. */
export function found(search: string): { where: string; values: string[] } {
  if (search === '') return { where: '', values: [] }
  const names = 'instr(nickname, ?) > 0 or instr(alias, ?) > 0 or instr(remark, ?) > 0'
  // an openid is only searched if the text could be one: MySQL refuses to compare a key column with
  // text that no key can contain
  const isKey = /^[\x21-\x7e]+$/.test(search)
  return {
    where: ` and (${isKey ? 'openid = ? or ' : ''}${names})`,
    values: [...(isKey ? [search] : []), search, search, search],
  }
}

const openKeyOf = "concat(u.account_id, ':', u.wx_user_id)"
/**
 * The customer's open session, or else the newest. An index finds it, however many sessions there
 * are. `u` is the customer's row.
 */
export const currentId =
  `coalesce((select o.session_id from message_session o where o.open_key = ${openKeyOf}),` +
  ' (select n.session_id from message_session n where n.wx_user_id = u.wx_user_id order by n.add_time desc, n.session_id desc limit 1))'
export const openKeyOfId = `(select ${openKeyOf} from wx_user u where u.wx_user_id = ?)`

/** The agent for whom customers are searched. They find only customers whom they may see. */
export type Reader = { uid: number; lanes: string[]; accountIds: readonly string[] }

/**
 * The condition for customers that an agent may see: their exclusive customers on an account they
 * serve, and customers whose open or newest session is theirs, is queued where they may claim, has
 * them as a member, or was missed without an owner on an account they serve.
 */
function seenBy({ uid, lanes, accountIds }: Reader): { where: string; values: Value[] } {
  const [ofLanes, ofAccounts] = [list(lanes), list([...accountIds])]
  return {
    where:
      ` and ((u.customer_service_uid = ? and u.account_id in (${ofAccounts.marks}))` +
      ` or exists (select 1 from message_session s where s.session_id = ${currentId} and (s.uid = ?` +
      ` or (s.state = ${queued} and s.lane in (${ofLanes.marks}) and s.account_id in (${ofAccounts.marks}))` +
      ' or exists (select 1 from session_member m where m.session_id = s.session_id and m.uid = ? and m.left_at is null)' +
      ` or (s.uid is null and exists (select 1 from missed_session d where d.session_id = s.session_id and d.account_id in (${ofAccounts.marks}))))))`,
    values: [
      ...[uid, ...ofAccounts.values],
      ...[uid, ...ofLanes.values, ...ofAccounts.values],
      ...[uid, ...ofAccounts.values],
    ],
  }
}

export class CustomerQueries extends Queries {
  lockByOpenids(accountId: string, openids: string[], patient = true) {
    const some = list(openids)
    const lock = patient
      ? this.sql.dialect.forUpdate
      : (this.sql.dialect.skipLocked ?? this.sql.dialect.forUpdate)
    return this.sql.all<KnownCustomer>(
      `select ${known.join(', ')} from wx_user where account_id = ? and openid in (${some.marks}) order by openid${lock}`,
      [accountId, ...some.values],
    )
  }

  /**
   * Which of these followers exist although their rows could not be locked: somebody else holds
   * them at the moment.
   */
  async held(accountId: string, openids: string[]) {
    if (this.sql.dialect.skipLocked === null) return []
    const some = list(openids)
    const rows = await this.sql.all<{ openid: string }>(
      `select openid from wx_user where account_id = ? and openid in (${some.marks})`,
      [accountId, ...some.values],
    )
    return rows.map((row) => row.openid)
  }

  insertNew(rows: CustomerRow[]) {
    this.sql.insertNew('wx_user', rows)
  }

  touch(rows: KnownCustomer[]) {
    this.sql.changeEach('wx_user', rows, { key: 'wx_user_id', set: heard })
  }

  belong(rows: KnownCustomer[]) {
    for (const row of rows) {
      this.sql.write(
        'update wx_user set customer_service_uid = ?, is_clue = case when abs(is_clue) = 1 then -1 else is_clue end where wx_user_id = ?',
        [row.customer_service_uid, row.wx_user_id],
      )
    }
  }

  lock(companyId: string, id: string) {
    return this.sql.one<CustomerRow>(
      `select * from wx_user where company_id = ? and wx_user_id = ?${this.sql.dialect.forUpdate}`,
      [companyId, id],
    )
  }

  byOpenid(companyId: string, accountId: string, openid: string) {
    return this.sql.one<CustomerRow>(
      'select * from wx_user where company_id = ? and account_id = ? and openid = ?',
      [companyId, accountId, openid],
    )
  }

  find(companyId: string, id: string) {
    return this.sql.one<CustomerRow>(
      'select * from wx_user where company_id = ? and wx_user_id = ?',
      [companyId, id],
    )
  }

  byIds(companyId: string, ids: string[]) {
    const some = list(ids)
    return this.sql.all<CustomerRow>(
      `select * from wx_user where ${this.sql.dialect.filter('company_id')} = ? and wx_user_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  }

  list(companyId: string, page: { after: string; limit: number }) {
    return this.sql.all<CustomerRow>(
      `select * from wx_user${this.sql.dialect.along('ix_wx_user_company_id_wx_user_id')} where company_id = ? and wx_user_id < ? order by wx_user_id desc limit ?`,
      [companyId, page.after, page.limit],
    )
  }

  /**
   * Reads the next customers and tells of each whether it matches the search. Those that do not
   * match are returned too, so that the caller knows how far the list was read.
   */
  look(
    companyId: string,
    { search, reader }: { search: string; reader: Reader | null },
    page: { after: string; limit: number },
  ) {
    const [named, seen] = [found(search), reader ? seenBy(reader) : { where: '', values: [] }]
    return this.sql.all<{ wx_user_id: string; kept: number }>(
      `select u.wx_user_id, case when 1 = 1${named.where}${seen.where} then 1 else 0 end as kept from wx_user u${this.sql.dialect.along('ix_wx_user_company_id_wx_user_id')}` +
        ' where u.company_id = ? and u.wx_user_id < ? order by u.wx_user_id desc limit ?',
      [...named.values, ...seen.values, companyId, page.after, page.limit],
    )
  }

  change(companyId: string, id: string, patch: PatchIn<'wx_user'>) {
    this.sql.change('wx_user', { company_id: companyId, wx_user_id: id }, patch)
  }

  lockMany(companyId: string, ids: string[]) {
    const some = list([...ids].sort())
    return this.sql.all<CustomerRow>(
      `select * from wx_user where ${this.sql.dialect.filter('company_id')} = ? and wx_user_id in (${some.marks}) order by wx_user_id${this.sql.dialect.forUpdate}`,
      [companyId, ...some.values],
    )
  }

  /** Locks these customers, but not those whom somebody else has locked at the moment. */
  lockFree(companyId: string, ids: string[]) {
    const some = list([...ids].sort())
    const { filter, skipLocked, forUpdate } = this.sql.dialect
    return this.sql.all<CustomerRow>(
      `select * from wx_user where ${filter('company_id')} = ? and wx_user_id in (${some.marks}) order by wx_user_id${skipLocked ?? forUpdate}`,
      [companyId, ...some.values],
    )
  }

  /**
   * The next customers who belong to a person, with the time of their last line. active_at has no
   * index, because every push would have to update it.
   */
  owned(companyId: string, { uid, after, limit }: { uid: number; after: string; limit: number }) {
    return this.sql.all<Pick<CustomerRow, 'wx_user_id' | 'active_at'>>(
      `select wx_user_id, active_at from wx_user${this.sql.dialect.along('ix_wx_user_company_id_customer_service_uid_wx_user_id')}` +
        ' where company_id = ? and customer_service_uid = ? and wx_user_id > ? order by wx_user_id limit ?',
      [companyId, uid, after, limit],
    )
  }

  /** The next person who is somebody's exclusive agent, to walk through all of them. */
  async nextOwner(companyId: string, after: number) {
    return (
      (
        await this.sql.one<{ uid: number }>(
          'select customer_service_uid as uid from wx_user where company_id = ? and customer_service_uid > ? order by customer_service_uid limit 1',
          [companyId, after],
        )
      )?.uid ?? null
    )
  }
}
