import type { MessageRow, PatchIn } from '../../../entities/index.ts'
import { speakerActor } from '../../../rules/session/actor.ts'
import { list, type Value } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

const delivering = ['pending', 'sending', 'sent', 'failed', 'unknown']

const linesOfCustomer =
  'select m.message_id, m.add_time, m.session_id, m.seq from message_session s join message_data m on m.session_id = s.session_id' +
  ' where s.company_id = ? and s.wx_user_id = ?' +
  ' union all select m.message_id, m.add_time, m.session_id, m.seq from outbox o join message_data m on m.message_id = o.outbox_id' +
  ' where o.company_id = ? and o.wx_user_id = ? and o.session_id is null'

// lines are sorted by time, session and number; the id comes last, because ids are made from the
// clocks of several machines
const place = ['k.add_time', "coalesce(k.session_id, '')", 'coalesce(k.seq, 0)', 'k.message_id']
const newestFirst = place.map((column) => `${column} desc`).join(', ')

function beforeLine(line: MessageRow | null): { where: string; values: Value[] } {
  if (!line) return { where: '', values: [] }
  return {
    where: ` where (${place.join(', ')}) < (?, ?, ?, ?)`,
    values: [line.add_time, line.session_id ?? '', line.seq ?? 0, line.message_id],
  }
}

export class MessageQueries extends Queries {
  insert(rows: MessageRow[]) {
    this.sql.insert('message_data', rows)
  }

  find(companyId: string, id: string) {
    return this.sql.one<MessageRow>(
      'select * from message_data where company_id = ? and message_id = ?',
      [companyId, id],
    )
  }

  byIds(ids: string[]) {
    const some = list(ids)
    return this.sql.all<MessageRow>(
      `select * from message_data where message_id in (${some.marks})`,
      some.values,
    )
  }

  byClientKey(companyId: string, sender: string, clientKey: string) {
    return this.sql.one<MessageRow>(
      'select * from message_data where company_id = ? and sender = ? and client_key = ?',
      [companyId, sender, clientKey],
    )
  }

  ofSession(
    companyId: string,
    sessionId: string,
    page: { after?: number | undefined; before?: number | undefined; limit: number },
  ) {
    const forward = page.after !== undefined
    const bound = forward ? ' and seq > ?' : page.before === undefined ? '' : ' and seq < ?'
    const value = page.after ?? page.before
    return this.sql.all<MessageRow>(
      `select * from message_data where company_id = ? and session_id = ?${bound} order by seq ${forward ? 'asc' : 'desc'} limit ?`,
      [companyId, sessionId, ...(value === undefined ? [] : [value]), page.limit],
    )
  }

  async countUnread(companyId: string, sessionId: string, seq: number) {
    return Number(
      (
        await this.sql.one<{ n: number }>(
          'select count(*) as n from message_data where company_id = ? and session_id = ? and seq > ? and opercode = 2',
          [companyId, sessionId, seq],
        )
      )?.n,
    )
  }

  /**
   * The lines of all sessions of a customer, and automatic answers outside any session, which are
   * found through the outbox. There is no index of lines by customer, because every push would have
   * to update it.
   */
  ofCustomer(
    companyId: string,
    customerId: string,
    page: { before: MessageRow | null; limit: number },
  ) {
    const { where, values } = beforeLine(page.before)
    return this.sql.all<MessageRow>(
      `select m.* from (select k.* from (${linesOfCustomer}) k${where} order by ${newestFirst} limit ?) k` +
        ` join message_data m on m.message_id = k.message_id order by ${newestFirst}`,
      [companyId, customerId, companyId, customerId, ...values, page.limit],
    )
  }

  /** Counts the lines of a session anew, to correct its counters. */
  async countsOf(sessionId: string) {
    const found = await this.sql.one<{ seq: number | null; visitors: number | string | null }>(
      'select max(seq) as seq, sum(case when opercode = 2 then 1 else 0 end) as visitors from message_data where session_id = ?',
      [sessionId],
    )
    const seq = found?.seq ?? 0
    const last = await this.sql.one<{ message_id: string }>(
      'select message_id from message_data where session_id = ? and seq = ?',
      [sessionId, seq],
    )
    return { seq, visitors: Number(found?.visitors ?? 0), last: last?.message_id ?? null }
  }

  greetings(companyId: string, after: string, limit: number) {
    return this.sql.all<{ client_key: string; session_id: string | null }>(
      'select client_key, session_id from message_data where company_id = ? and sender = ? and client_key > ? order by client_key limit ?',
      [companyId, speakerActor('greeting'), after, limit],
    )
  }

  /**
   * The id at which the next piece of lines ends, over all companies; null if there are no more.
   * There is no index of lines by company, because it would slow down every push.
   */
  async pieceEnd(after: string, lines: number) {
    return (
      (
        await this.sql.one<{ message_id: string | null }>(
          'select max(message_id) as message_id from (select message_id from message_data where message_id > ? order by message_id limit ?) piece',
          [after, lines],
        )
      )?.message_id ?? null
    )
  }

  /**
   * Finds lines whose XML was not understood in a piece of all lines, which is read along the
   * primary key. There are few such lines, and an index for them would slow down every push.
   */
  notUnderstood(companyId: string, { after, upTo }: { after: string; upTo: string }) {
    return this.sql.all<MessageRow>(
      `select * from message_data where message_id > ? and message_id <= ? and ${this.sql.dialect.filter('company_id')} = ? and message_type = 0 and type = 'other' order by message_id`,
      [after, upTo, companyId],
    )
  }

  /**
   * Stores what a line means that was not understood before. Returns false if another process has
   * done so already.
   */
  understand(id: string, said: PatchIn<'message_data'>) {
    return this.sql.changeIf('message_data', { message_id: id, type: 'other' }, said)
  }

  fail(
    ids: string[],
    { errcode, why }: { errcode: number | null; why: string },
    from = delivering,
  ) {
    const [some, states] = [list(ids), list(from)]
    return this.sql.run(
      `update message_data set delivery = 'failed', errcode = ?, extra = json_set(coalesce(extra, '{}'), '$.why', ?) where message_id in (${some.marks}) and delivery in (${states.marks})`,
      [errcode, why, ...some.values, ...states.values],
    )
  }

  /**
   * Changes the state of a line only if it still is what was expected. The outbox row is changed
   * under the same condition, so the two always agree. Returns 0 if somebody else was faster.
   */
  deliver(
    ids: string[],
    { delivery, errcode }: { delivery: string; errcode: number | null },
    from: readonly string[] = delivering,
  ) {
    const [some, states] = [list(ids), list([...from])]
    return this.sql.run(
      `update message_data set delivery = ?, errcode = ? where message_id in (${some.marks}) and delivery in (${states.marks})`,
      [delivery, errcode, ...some.values, ...states.values],
    )
  }

  /**
   * Marks the lines of passive answers as sent that were fully written to WeChat. A line that has
   * been settled otherwise stays as it is.
   */
  passiveWritten(ids: string[]) {
    const some = list(ids)
    this.sql.write(
      `update message_data set delivery = 'sent' where message_id in (${some.marks}) and delivery in ('sending', 'unknown')`,
      some.values,
    )
  }
}
