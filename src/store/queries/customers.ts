import type { CustomerRow } from '../../../entities/index.ts'
import { list, type Sql, type Value } from '../engine/sql.ts'

/** What a push changes on a follower's row; whose they are stands in an index and is not a push's to change. */
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

/** A follower as a push needs them: whoever reads many rows reads no more of each than they use. */
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

const openKeyOf = "concat(u.account_id, ':', u.wx_user_id)"
/** Of a customer's sessions the open one, else the newest: each is found by an index, however often they came. `u`: their row. */
export const currentId =
  `coalesce((select o.session_id from message_session o where o.open_key = ${openKeyOf}),` +
  ' (select n.session_id from message_session n where n.wx_user_id = u.wx_user_id order by n.add_time desc, n.session_id desc limit 1))'
export const openKeyOfId = `(select ${openKeyOf} from wx_user u where u.wx_user_id = ?)`

/** Whose customers an agent finds. */
export type Reader = { uid: number; lanes: string[]; accountIds: readonly string[] }

/**
 * Of an agent: those who are theirs on an account they serve, and those whose open or else newest session is theirs, waits where they
 * claim, has them as a member, or was missed by nobody in particular on an account they serve.
 */
function seenBy({ uid, lanes, accountIds }: Reader): { where: string; values: Value[] } {
  const [ofLanes, ofAccounts] = [list(lanes), list([...accountIds])]
  return {
    where:
      ` and ((u.customer_service_uid = ? and u.account_id in (${ofAccounts.marks}))` +
      ` or exists (select 1 from message_session s where s.session_id = ${currentId} and (s.uid = ?` +
      ` or (s.state = 3 and s.lane in (${ofLanes.marks}) and s.account_id in (${ofAccounts.marks}))` +
      ' or exists (select 1 from session_member m where m.session_id = s.session_id and m.uid = ? and m.left_at is null)' +
      ` or (s.uid is null and exists (select 1 from missed_session d where d.session_id = s.session_id and d.account_id in (${ofAccounts.marks}))))))`,
    values: [
      ...[uid, ...ofAccounts.values],
      ...[uid, ...ofLanes.values, ...ofAccounts.values],
      ...[uid, ...ofAccounts.values],
    ],
  }
}

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
  list: (companyId: string, page: { after: string; limit: number }) =>
    sql.all<CustomerRow>(
      `select * from wx_user${sql.dialect.along('ix_wx_user_company_id_wx_user_id')} where company_id = ? and wx_user_id < ? order by wx_user_id desc limit ?`,
      [companyId, page.after, page.limit],
    ),
  /** Which of the next so many pass. */
  look: (
    companyId: string,
    { search, reader }: { search: string; reader: Reader | null },
    page: { after: string; limit: number },
  ) => {
    const [named, seen] = [found(search), reader ? seenBy(reader) : { where: '', values: [] }]
    return sql.all<{ wx_user_id: string; kept: number }>(
      `select u.wx_user_id, case when 1 = 1${named.where}${seen.where} then 1 else 0 end as kept from wx_user u${sql.dialect.along('ix_wx_user_company_id_wx_user_id')}` +
        ' where u.company_id = ? and u.wx_user_id < ? order by u.wx_user_id desc limit ?',
      [...named.values, ...seen.values, companyId, page.after, page.limit],
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
   * The next so many who belong to a person, and when they were last heard of. active_at has no index of its own: every
   * push changes it, and an index page a push is dear.
   */
  owned: (
    companyId: string,
    { uid, after, limit }: { uid: number; after: string; limit: number },
  ) =>
    sql.all<Pick<CustomerRow, 'wx_user_id' | 'active_at'>>(
      `select wx_user_id, active_at from wx_user${sql.dialect.along('ix_wx_user_company_id_customer_service_uid_wx_user_id')}` +
        ' where company_id = ? and customer_service_uid = ? and wx_user_id > ? order by wx_user_id limit ?',
      [companyId, uid, after, limit],
    ),
  /** The next person to whom somebody belongs. */
  nextOwner: async (companyId: string, after: number) =>
    (
      await sql.one<{ uid: number }>(
        'select customer_service_uid as uid from wx_user where company_id = ? and customer_service_uid > ? order by customer_service_uid limit 1',
        [companyId, after],
      )
    )?.uid ?? null,
})
