import type { RefusedPushRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

/** A refused push with its raw XML and the session that contains the line in its place. */
export type RefusedPush = RefusedPushRow & { raw_xml: string | null; session_id: string | null }

const whole = (along = '') =>
  `select r.*, i.raw_xml, m.session_id from refused_push r${along} left join inbox i on i.inbox_id = r.inbox_id` +
  ' left join message_data m on m.message_id = r.message_id'

const mostCounted = 500

export class RefusedQueries extends Queries {
  add(row: RefusedPushRow) {
    this.sql.insertNew('refused_push', [row])
  }

  find(companyId: string, id: string) {
    return this.sql.one<RefusedPush>(`${whole()} where r.company_id = ? and r.inbox_id = ?`, [
      companyId,
      id,
    ])
  }

  list(companyId: string, page: { before: number; id: string; limit: number }) {
    return this.sql.all<RefusedPush>(
      `${whole(this.sql.dialect.along('ix_refused_push_company_id_created_at'))} where r.company_id = ? and r.created_at <= ? and (r.created_at < ? or r.inbox_id < ?) order by r.created_at desc, r.inbox_id desc limit ?`,
      [companyId, page.before, page.before, page.id, page.limit],
    )
  }

  /**
   * Refused pushes that this version of the reader has not tried yet: first those that an older
   * version tried last, and among equals in the order in which they arrived.
   */
  untried(companyId: string, reader: number, limit: number) {
    return this.sql.all<RefusedPush>(
      `${whole(this.sql.dialect.along('ix_refused_push_company_id_reread_at_reader_created_at'))} where r.company_id = ? and r.reread_at is null and r.reader < ? order by r.reader, r.created_at, r.inbox_id limit ?`,
      [companyId, reader, limit],
    )
  }

  tried(id: string, reader: number) {
    this.sql.write('update refused_push set reader = ? where inbox_id = ?', [reader, id])
  }

  reread(id: string, { at, messageId }: { at: number; messageId: string | null }) {
    return this.sql.run(
      'update refused_push set reread_at = ?, message_id = ? where inbox_id = ? and reread_at is null',
      [at, messageId, id],
    )
  }

  read(companyId: string, id: string, { at, uid }: { at: number; uid: number }) {
    return this.sql.run(
      'update refused_push set read_at = ?, read_by = ? where company_id = ? and inbox_id = ? and read_at is null',
      [at, uid, companyId, id],
    )
  }

  /**
   * The number of refused pushes that were neither read again nor seen by an admin, for one company
   * or all. It stops counting at a limit.
   */
  async countOpen(companyId: string | null = null) {
    return Number(
      (
        await this.sql.one<{ n: number }>(
          `select count(*) as n from (select 1 from refused_push where reread_at is null and read_at is null${companyId === null ? '' : ' and company_id = ?'} limit ?) open`,
          [...(companyId === null ? [] : [companyId]), mostCounted],
        )
      )?.n,
    )
  }
}
