import type { CustomerRow } from '../../entities/index.ts'
import { list, type Sql } from './sql.ts'

/** What a push changes on a follower's row; whose he is stands in an index and is not a push's to change. */
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
/** What taps, scans and places change besides. */
const brief = ['brief_end', 'brief_left', 'brief_scene'] as const
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

/** A follower as a push needs him: whoever reads many rows reads no more of each than he uses. */
export type KnownCustomer = Pick<CustomerRow, (typeof known)[number]>

/** A text found in a follower's names; an openid only whole. */
export function found(search: string): { where: string; values: string[] } {
  if (search === '') return { where: '', values: [] }
  const names = 'instr(nickname, ?) > 0 or instr(alias, ?) > 0 or instr(remark, ?) > 0'
  // MySQL refuses to compare a key with what no key can be
  const isKey = /^[\x21-\x7e]+$/.test(search)
  return {
    where: ` and (${isKey ? 'openid = ? or ' : ''}${names})`,
    values: [...(isKey ? [search] : []), search, search, search],
  }
}

/** Of a customer's sessions the open one comes first, then the newest. */
export const current =
  'order by case when open_key is null then 1 else 0 end, add_time desc, session_id desc'

/** Whose customers an agent finds. */
export type Reader = { uid: number; lanes: string[]; accountIds: readonly string[] }

export const customerQueries = (sql: Sql) => ({
  lockByOpenids: (accountId: string, openids: string[], patient = true) => {
    const some = list(openids)
    const lock = patient ? sql.dialect.forUpdate : (sql.dialect.skipLocked ?? sql.dialect.forUpdate)
    return sql.all<KnownCustomer>(
      `select ${known.join(', ')} from wx_user where account_id = ? and openid in (${some.marks}) order by openid${lock}`,
      [accountId, ...some.values],
    )
  },
  /** Of followers that could not be locked: who is there all the same. */
  held: async (accountId: string, openids: string[]) => {
    if (sql.dialect.skipLocked === null) return []
    const some = list(openids)
    const rows = await sql.all<{ openid: string }>(
      `select openid from wx_user where account_id = ? and openid in (${some.marks})`,
      [accountId, ...some.values],
    )
    return rows.map((row) => row.openid)
  },
  insertNew: (rows: CustomerRow[]) => sql.insertNew('wx_user', rows),
  touch: (rows: KnownCustomer[]) =>
    sql.update('wx_user', rows, { key: 'wx_user_id', set: [...heard] }),
  belong: async (rows: KnownCustomer[]) => {
    for (const row of rows) {
      await sql.write(
        'update wx_user set customer_service_uid = ?, is_clue = case when abs(is_clue) = 1 then -1 else is_clue end where wx_user_id = ?',
        [row.customer_service_uid, row.wx_user_id],
      )
    }
  },
  save: (row: CustomerRow) =>
    sql.update('wx_user', [row], {
      key: 'wx_user_id',
      set: [...heard, ...brief, 'customer_service_uid', 'is_clue'],
    }),
  lock: (companyId: string, id: string) =>
    sql.one<CustomerRow>(
      `select * from wx_user where company_id = ? and wx_user_id = ?${sql.dialect.forUpdate}`,
      [companyId, id],
    ),
  byOpenid: (companyId: string, accountId: string, openid: string) =>
    sql.one<CustomerRow>(
      'select * from wx_user where company_id = ? and account_id = ? and openid = ?',
      [companyId, accountId, openid],
    ),
  find: (companyId: string, id: string) =>
    sql.one<CustomerRow>('select * from wx_user where company_id = ? and wx_user_id = ?', [
      companyId,
      id,
    ]),
  byIds: (companyId: string, ids: string[]) => {
    const some = list(ids)
    return sql.all<CustomerRow>(
      `select * from wx_user where ${sql.dialect.filter('company_id')} = ? and wx_user_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  },
  list: (companyId: string, search: string, page: { after: string; limit: number }) => {
    const { where, values } = found(search)
    return sql.all<CustomerRow>(
      `select * from wx_user where company_id = ? and wx_user_id < ?${where} order by wx_user_id desc limit ?`,
      [companyId, page.after, ...values, page.limit],
    )
  },
  /**
   * Of an agent: those who are theirs on an account they serve, and those whose open or else newest session is theirs, waits where they claim, has them as a
   * member, or was missed by nobody in particular on an account they serve. First whoever may be meant is found by an index.
   */
  listOf: (
    companyId: string,
    { uid, lanes, accountIds }: Reader,
    { search, after, limit }: { search: string; after: string; limit: number },
  ) => {
    const { where, values } = found(search)
    const [ofLanes, ofAccounts] = [list(lanes), list([...accountIds])]
    const of = (where: string) =>
      `select session_id, wx_user_id, open_key from message_session where company_id = ? and ${where}`
    const seen = [
      of('uid = ?'),
      of(`state = 3 and lane in (${ofLanes.marks}) and account_id in (${ofAccounts.marks})`),
      of('session_id in (select session_id from session_member where uid = ? and left_at is null)'),
      of(
        `uid is null and session_id in (select session_id from missed_session where company_id = ? and account_id in (${ofAccounts.marks}))`,
      ),
    ].join(' union ')
    return sql.all<CustomerRow>(
      'select * from wx_user where company_id = ? and wx_user_id < ? and' +
        ` (customer_service_uid = ? and account_id in (${ofAccounts.marks}) or wx_user_id in` +
        ` (select s.wx_user_id from (${seen}) s where s.open_key is not null or s.session_id =` +
        ` (select session_id from message_session c where c.wx_user_id = s.wx_user_id ${current} limit 1)))` +
        `${where} order by wx_user_id desc limit ?`,
      [
        ...[companyId, after, uid, ...ofAccounts.values],
        ...[companyId, uid],
        ...[companyId, ...ofLanes.values, ...ofAccounts.values],
        ...[companyId, uid],
        ...[companyId, companyId, ...ofAccounts.values],
        ...values,
        limit,
      ],
    )
  },
  describe: (
    companyId: string,
    id: string,
    patch: Partial<
      Pick<
        CustomerRow,
        'alias' | 'remark' | 'tags' | 'customer_service_uid' | 'priority' | 'update_time'
      >
    >,
  ) => sql.change('wx_user', { company_id: companyId, wx_user_id: id }, patch),
  lockMany: (companyId: string, ids: string[]) => {
    const some = list([...ids].sort())
    return sql.all<CustomerRow>(
      `select * from wx_user where ${sql.dialect.filter('company_id')} = ? and wx_user_id in (${some.marks}) order by wx_user_id${sql.dialect.forUpdate}`,
      [companyId, ...some.values],
    )
  },
  /**
   * Followers nobody has written to or heard from since, who still belong to an agent or sit with one. active_at has no index of its
   * own: every push changes it, and an index page a push is dear.
   */
  idle: (companyId: string, before: number, page: { at: number; id: string; limit: number }) =>
    sql.all<{ wx_user_id: string; active_at: number }>(
      'select wx_user_id, active_at from (select wx_user_id, active_at from wx_user where company_id = ? and customer_service_uid > 0 and active_at <= ?' +
        ' union select s.wx_user_id, u.active_at from message_session s join wx_user u on u.wx_user_id = s.wx_user_id' +
        ' where s.company_id = ? and s.state in (0, 1, 2) and s.uid is not null and u.active_at <= ?) idle' +
        ' where active_at > ? or (active_at = ? and wx_user_id > ?) order by active_at, wx_user_id limit ?',
      [companyId, before, companyId, before, page.at, page.at, page.id, page.limit],
    ),
})
