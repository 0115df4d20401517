import type { MessageRuleRow, RuleHitRow, RuleUnmatchedRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

type RulePosition = { priority: number; id: string }
/** The columns of a rule that people set, and when. An import replaces exactly these. */
const written = [
  'account_id',
  'name',
  'enabled',
  'priority',
  'match_kind',
  'keywords',
  'pattern',
  'action',
  'schedule',
  'update_time',
] as const
const first: RulePosition = { priority: 2_147_483_647, id: '' }

export class RuleQueries extends Queries {
  /**
   * All rules of a company, sorted by priority; of two with the same priority the older comes
   * first.
   */
  all(companyId: string) {
    return this.sql.all<MessageRuleRow>(
      'select * from message_rule where company_id = ? order by priority desc, message_rule_id',
      [companyId],
    )
  }

  /** Locks all rules, so that nobody changes or deletes one during an import. */
  lockAll(companyId: string) {
    return this.sql.all<MessageRuleRow>(
      `select * from message_rule where company_id = ? order by message_rule_id${this.sql.dialect.forUpdate}`,
      [companyId],
    )
  }

  page(
    companyId: string,
    {
      search,
      after = first,
      limit,
    }: { search: string; after?: RulePosition | undefined; limit: number },
  ) {
    const found =
      search === ''
        ? { where: '', values: [] }
        : {
            where: ' and (instr(name, ?) > 0 or instr(keywords, ?) > 0 or instr(action, ?) > 0)',
            values: [search, search, search],
          }
    return this.sql.all<MessageRuleRow>(
      `select * from message_rule where company_id = ?${found.where} and (priority < ? or (priority = ? and message_rule_id > ?))` +
        ' order by priority desc, message_rule_id limit ?',
      [companyId, ...found.values, after.priority, after.priority, after.id, limit],
    )
  }

  disabled(companyId: string) {
    return this.sql.all<MessageRuleRow>(
      'select * from message_rule where company_id = ? and enabled = 0 order by priority desc, message_rule_id limit 1000',
      [companyId],
    )
  }

  patterns(companyId: string) {
    return this.sql.all<{ id: string; pattern: string }>(
      "select message_rule_id as id, pattern from message_rule where company_id = ? and match_kind = 'regex' and pattern is not null",
      [companyId],
    )
  }

  async count(companyId: string) {
    return Number(
      (
        await this.sql.one<{ n: number }>(
          'select count(*) as n from message_rule where company_id = ?',
          [companyId],
        )
      )?.n,
    )
  }

  find(companyId: string, id: string) {
    return this.sql.one<MessageRuleRow>(
      'select * from message_rule where company_id = ? and message_rule_id = ?',
      [companyId, id],
    )
  }

  lock(companyId: string, id: string) {
    return this.sql.one<MessageRuleRow>(
      `select * from message_rule where company_id = ? and message_rule_id = ?${this.sql.dialect.forUpdate}`,
      [companyId, id],
    )
  }

  /**
   * Locks rules whose action may name the group. They are found by searching the text, so a few may
   * not really name it.
   */
  lockNaming(companyId: string, groupId: number) {
    return this.sql.all<MessageRuleRow>(
      `select * from message_rule where company_id = ? and instr(action, ?) > 0 order by message_rule_id${this.sql.dialect.forUpdate}`,
      [companyId, `"groupId":${Math.trunc(groupId)}`],
    )
  }

  changeActions(rows: Pick<MessageRuleRow, 'message_rule_id' | 'action' | 'update_time'>[]) {
    this.sql.changeEach('message_rule', rows, {
      key: 'message_rule_id',
      set: ['action', 'update_time'],
    })
  }

  insert(rows: MessageRuleRow[]) {
    this.sql.insert('message_rule', rows)
  }

  /** Replaces everything that a person may set of these rules. The rules must be locked before. */
  rewrite(rows: MessageRuleRow[]) {
    this.sql.changeEach('message_rule', rows, { key: 'message_rule_id', set: written })
  }

  async remove(companyId: string, id: string) {
    await this.sql.run('delete from rule_hit where message_rule_id = ? and company_id = ?', [
      id,
      companyId,
    ])
    return this.sql.run('delete from message_rule where company_id = ? and message_rule_id = ?', [
      companyId,
      id,
    ])
  }

  async removeAll(companyId: string) {
    await this.sql.run('delete from rule_hit where company_id = ?', [companyId])
    return this.sql.run('delete from message_rule where company_id = ?', [companyId])
  }

  addHits(rows: RuleHitRow[]) {
    this.sql.upsert('rule_hit', rows, { key: 'message_rule_id, day', add: ['hits'] })
  }

  /** How often these rules answered: in total, since a given day, and on which day last. */
  hits(ruleIds: string[], since: number) {
    const some = list(ruleIds)
    return this.sql.all<{
      message_rule_id: string
      total: number | string
      recent: number | string
      last_day: number
    }>(
      'select message_rule_id, sum(hits) as total, sum(case when day >= ? then hits else 0 end) as recent, max(day) as last_day from rule_hit' +
        ` where message_rule_id in (${some.marks}) group by message_rule_id`,
      [since, ...some.values],
    )
  }

  /** Which of these rules have answered since the given day. */
  async spoke(ruleIds: string[], since: number) {
    const some = list(ruleIds)
    const rows = await this.sql.all<{ message_rule_id: string }>(
      `select r.message_rule_id from message_rule r where r.message_rule_id in (${some.marks})` +
        ' and exists (select 1 from rule_hit h where h.message_rule_id = r.message_rule_id and h.day >= ?)',
      [...some.values, since],
    )
    return rows.map((row) => row.message_rule_id)
  }

  addUnmatched(rows: RuleUnmatchedRow[]) {
    this.sql.upsert('rule_unmatched', rows, {
      key: 'company_id, text_hash',
      update: ['last_at'],
      add: ['times'],
    })
  }

  /** The next unanswered questions, most frequent first. */
  unmatched(companyId: string, page: { times: number; hash: string; limit: number }) {
    return this.sql.all<RuleUnmatchedRow>(
      `select * from rule_unmatched${this.sql.dialect.along('ix_rule_unmatched_company_id_times')} where company_id = ? and times <= ? and (times < ? or text_hash < ?) order by times desc, text_hash desc limit ?`,
      [companyId, page.times, page.times, page.hash, page.limit],
    )
  }

  dropUnmatched(companyId: string, hashes: string[]) {
    const some = list(hashes)
    return this.sql.run(
      `delete from rule_unmatched where company_id = ? and text_hash in (${some.marks})`,
      [companyId, ...some.values],
    )
  }
}
