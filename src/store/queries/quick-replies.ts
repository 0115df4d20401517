import type { QuickReplyGroupRow, QuickReplyRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

/**
 * The condition for quick replies that a person may use: their own (type 1) and those of the
 * company (type 2).
 */
const mine = '(type = 2 or (type = 1 and uid = ?))'

type QuickRepliesWanted = { search: string; groupId: string | null; type: number | null }

export class QuickReplyQueries extends Queries {
  /** Lists quick replies, those that are used most often first. */
  list(
    companyId: string,
    uid: number,
    {
      search,
      groupId,
      type,
      offset,
      limit,
    }: QuickRepliesWanted & { offset: number; limit: number },
  ) {
    const where = [
      search === '' ? '' : ' and (instr(title, ?) > 0 or instr(text, ?) > 0)',
      groupId === null ? '' : ' and reply_group_id = ?',
      type === null ? '' : ' and type = ?',
    ]
    const values = [
      ...(search === '' ? [] : [search, search]),
      ...(groupId === null ? [] : [groupId]),
      ...(type === null ? [] : [type]),
    ]
    return this.sql.all<QuickReplyRow>(
      `select * from quick_reply where company_id = ? and ${mine}${where.join('')} order by use_count desc, quick_reply_id limit ? offset ?`,
      [companyId, uid, ...values, limit, offset],
    )
  }

  find(companyId: string, uid: number, id: string) {
    return this.sql.one<QuickReplyRow>(
      `select * from quick_reply where company_id = ? and ${mine} and quick_reply_id = ?`,
      [companyId, uid, id],
    )
  }

  async count(companyId: string) {
    return Number(
      (
        await this.sql.one<{ n: number }>(
          'select count(*) as n from quick_reply where company_id = ?',
          [companyId],
        )
      )?.n,
    )
  }

  lock(companyId: string, uid: number, id: string) {
    return this.sql.one<QuickReplyRow>(
      `select * from quick_reply where company_id = ? and ${mine} and quick_reply_id = ?${this.sql.dialect.forUpdate}`,
      [companyId, uid, id],
    )
  }

  insert(row: QuickReplyRow) {
    this.sql.insert('quick_reply', [row])
  }

  change(
    companyId: string,
    id: string,
    patch: Partial<
      Pick<QuickReplyRow, 'reply_group_id' | 'title' | 'text' | 'content' | 'update_time'>
    >,
  ) {
    this.sql.change('quick_reply', { company_id: companyId, quick_reply_id: id }, patch)
  }

  used(companyId: string, id: string) {
    return this.sql.run(
      'update quick_reply set use_count = use_count + 1 where company_id = ? and quick_reply_id = ?',
      [companyId, id],
    )
  }

  remove(companyId: string, id: string) {
    return this.sql.run('delete from quick_reply where company_id = ? and quick_reply_id = ?', [
      companyId,
      id,
    ])
  }

  groups(companyId: string, uid: number) {
    return this.sql.all<QuickReplyGroupRow>(
      `select * from quick_reply_group where company_id = ? and ${mine} order by type, group_name, reply_group_id`,
      [companyId, uid],
    )
  }

  findGroup(companyId: string, uid: number, id: string) {
    return this.sql.one<QuickReplyGroupRow>(
      `select * from quick_reply_group where company_id = ? and ${mine} and reply_group_id = ?`,
      [companyId, uid, id],
    )
  }

  lockGroup(companyId: string, uid: number, id: string) {
    return this.sql.one<QuickReplyGroupRow>(
      `select * from quick_reply_group where company_id = ? and ${mine} and reply_group_id = ?${this.sql.dialect.forUpdate}`,
      [companyId, uid, id],
    )
  }

  insertGroup(row: QuickReplyGroupRow) {
    this.sql.insert('quick_reply_group', [row])
  }

  renameGroup(companyId: string, id: string, name: string) {
    this.sql.change(
      'quick_reply_group',
      { company_id: companyId, reply_group_id: id },
      { group_name: name },
    )
  }

  /** Deletes a group of quick replies. Its quick replies stay, without a group. */
  async removeGroup(companyId: string, id: string) {
    await this.sql.run(
      'update quick_reply set reply_group_id = null where company_id = ? and reply_group_id = ?',
      [companyId, id],
    )
    return this.sql.run(
      'delete from quick_reply_group where company_id = ? and reply_group_id = ?',
      [companyId, id],
    )
  }
}
