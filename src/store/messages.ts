import type { MessageRow } from '../../entities/index.ts'
import { list, type Sql } from './sql.ts'

const delivering = ['pending', 'sending', 'sent', 'failed', 'unknown']

export const messageQueries = (sql: Sql) => ({
  insert: (rows: MessageRow[]) => sql.insert('message_data', rows),
  find: (companyId: string, id: string) =>
    sql.one<MessageRow>('select * from message_data where company_id = ? and message_id = ?', [
      companyId,
      id,
    ]),
  byIds: (ids: string[]) => {
    const some = list(ids)
    return sql.all<MessageRow>(
      `select * from message_data where message_id in (${some.marks})`,
      some.values,
    )
  },
  byClientKey: (companyId: string, sender: string, clientKey: string) =>
    sql.one<MessageRow>(
      'select * from message_data where company_id = ? and sender = ? and client_key = ?',
      [companyId, sender, clientKey],
    ),
  ofSession: (
    companyId: string,
    sessionId: string,
    page: { after?: number | undefined; before?: number | undefined; limit: number },
  ) => {
    const forward = page.after !== undefined
    const bound = forward ? ' and seq > ?' : page.before === undefined ? '' : ' and seq < ?'
    const value = page.after ?? page.before
    return sql.all<MessageRow>(
      `select * from message_data where company_id = ? and session_id = ?${bound} order by seq ${forward ? 'asc' : 'desc'} limit ?`,
      [companyId, sessionId, ...(value === undefined ? [] : [value]), page.limit],
    )
  },
  countUnread: async (companyId: string, sessionId: string, seq: number) =>
    Number(
      (
        await sql.one<{ n: number }>(
          'select count(*) as n from message_data where company_id = ? and session_id = ? and seq > ? and opercode = 2',
          [companyId, sessionId, seq],
        )
      )?.n,
    ),
  /** Of all his sessions, and the answers outside any: those stand in the outbox. No index of lines by customer: each push would pay. */
  ofCustomer: (companyId: string, customerId: string, page: { before: string; limit: number }) =>
    sql.all<MessageRow>(
      'select * from message_data where company_id = ? and message_id < ? and (session_id in (select session_id from message_session' +
        ' where wx_user_id = ?) or message_id in (select outbox_id from outbox where wx_user_id = ? and session_id is null))' +
        ' order by message_id desc limit ?',
      [companyId, page.before, customerId, customerId, page.limit],
    ),
  /** By the key alone: few lines are of this type, and an index of types would cost every push. */
  notUnderstood: (companyId: string, after: string, limit: number) =>
    sql.all<MessageRow>(
      "select * from message_data where company_id = ? and message_id > ? and message_type = 0 and type = 'other' order by message_id limit ?",
      [companyId, after, limit],
    ),
  understand: (row: MessageRow) =>
    sql.run(
      'update message_data set message_type = ?, type = ?, text = ?, file_url = ?, media_id = ?, lng = ?, lat = ?, map_scale = ?, map_label = ?,' +
        " page_title = ?, page_desc = ?, extra = ? where message_id = ? and type = 'other'",
      [
        row.message_type,
        row.type,
        row.text,
        row.file_url,
        row.media_id,
        row.lng,
        row.lat,
        row.map_scale,
        row.map_label,
        row.page_title,
        row.page_desc,
        row.extra,
        row.message_id,
      ],
    ),
  fail: (
    ids: string[],
    { errcode, why }: { errcode: number | null; why: string },
    from = delivering,
  ) => {
    const [some, states] = [list(ids), list(from)]
    return sql.run(
      `update message_data set delivery = 'failed', errcode = ?, extra = json_set(coalesce(extra, '{}'), '$.why', ?) where message_id in (${some.marks}) and delivery in (${states.marks})`,
      [errcode, why, ...some.values, ...states.values],
    )
  },
  /** Only from what it was taken for: its row in the outbox is asked the same, so the two never part. 0 when somebody was faster. */
  deliver: (
    ids: string[],
    { delivery, errcode }: { delivery: string; errcode: number | null },
    from: readonly string[] = delivering,
  ) => {
    const [some, states] = [list(ids), list([...from])]
    return sql.run(
      `update message_data set delivery = ?, errcode = ? where message_id in (${some.marks}) and delivery in (${states.marks})`,
      [delivery, errcode, ...some.values, ...states.values],
    )
  },
  /** Passive answers whose row may still be settled. */
  passiveWritten: (ids: string[]) => {
    const some = list(ids)
    return sql.write(
      `update message_data set delivery = 'sent' where message_id in (${some.marks}) and delivery in ('sending', 'unknown')`,
      some.values,
    )
  },
})
