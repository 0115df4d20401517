import { findConflicts, type Conflict, type Dead } from '../../../rules/auto-reply/conflicts.ts'
import { readAction, type Action } from '../../../rules/auto-reply/action.ts'
import type { Me } from '../access/caller.ts'
import type { MessageRuleRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'
import { settingsOf } from '../settings-of.ts'
import { inTurns } from './turns.ts'
import { pieceSize } from '../sift.ts'
import { recentSince } from './list-rules.ts'

const conflictWords: Record<Conflict['kind'], string> = {
  same: '另一条规则有相同的关键词并先被选中 / Another rule has the same keyword and is chosen first',
  hidden:
    '凡含此关键词的文字都会先被另一条规则回复 / Whatever holds this keyword is answered by another rule first',
}
const deadWords: Record<Dead['why'] | Missing, string> = {
  all_hidden:
    '它的关键词都被其他规则挡住，永远不会回复 / Other rules hide all its keywords: it never answers',
  over: '有效期已过 / Its time is over',
  unusable:
    '它的正则不能使用，或全公司的正则合起来过多、过大 / Its pattern cannot be used, or the patterns of the company are too many or too large together',
  behind_another: '另一条同类规则总是先被选中 / Another rule of its kind is always chosen first',
  nobody_there: '它转接的客服已停用或不存在 / The person it hands on to is not there',
  group_gone: '它转接的分组不存在 / The group it hands on to is gone',
}
type Missing = 'nobody_there' | 'group_gone'
type Gone = { ruleId: string; why: Missing; byRuleId: null }

/**
 * Lists keywords that never have an effect, rules that never answer, and rules that have not
 * answered for 30 days.
 */
export async function listConflicts(needs: Needs<'store' | 'known' | 'clock'>, me: Me) {
  const rows = await needs.store.read.rules.all(me.companyId)
  const settings = await settingsOf(needs, me.companyId)
  const options = {
    traditionalIsSimplified: settings.traditionalAsSimplified,
    now: needs.clock.now(),
  }
  const { conflicts, dead } = await inTurns(findConflicts(rows, options))
  const spoke = await spokenOf(needs, rows)
  const named = (id: string | null) => {
    const row = rows.find((one) => one.message_rule_id === id)
    return row ? { id: row.message_rule_id, name: row.name } : null
  }
  return {
    conflicts: conflicts.map(({ ruleId, kind, keyword, byRuleId }) => ({
      rule: named(ruleId),
      kind,
      keyword,
      by: named(byRuleId),
      explanation: conflictWords[kind],
    })),
    dead: [...dead, ...(await missing(needs, me, rows))].map(({ ruleId, why, byRuleId }) => ({
      rule: named(ruleId),
      why,
      by: named(byRuleId),
      explanation: deadWords[why],
    })),
    silent: rows
      .filter((row) => row.enabled === 1 && !spoke.has(row.message_rule_id))
      .slice(0, 200)
      .map((row) => named(row.message_rule_id)),
  }
}

/**
 * Finds rules that hand customers to a person who is disabled or does not exist, or to a group that
 * does not exist. The customers of such a rule are queued for everyone instead.
 */
async function missing(needs: Needs<'store'>, me: Me, rows: MessageRuleRow[]): Promise<Gone[]> {
  const named = rows
    .filter((row) => row.enabled === 1)
    .map((row) => ({
      id: row.message_rule_id,
      named: readAction(JSON.parse(row.action) as Action).named,
    }))
  const uids = [
    ...new Set(named.flatMap((one) => (one.named?.kind === 'user' ? [one.named.uid] : []))),
  ]
  const people = new Set(
    (uids.length > 0 ? await needs.store.read.users.byUids(uids) : [])
      .filter((user) => user.company_id === me.companyId && user.enabled === 1)
      .map((user) => user.uid),
  )
  const groups = new Set(
    (await needs.store.read.groups.list(me.companyId)).map((group) => group.user_group_id),
  )
  return named.flatMap(({ id, named: whom }): Gone[] => {
    if (whom?.kind === 'user' && !people.has(whom.uid)) {
      return [{ ruleId: id, why: 'nobody_there', byRuleId: null }]
    }
    return whom?.kind === 'group' && !groups.has(whom.groupId)
      ? [{ ruleId: id, why: 'group_gone', byRuleId: null }]
      : []
  })
}

async function spokenOf(
  needs: Needs<'store' | 'clock'>,
  rows: { message_rule_id: string }[],
): Promise<Set<string>> {
  const spoke = new Set<string>()
  for (let at = 0; at < rows.length; at += pieceSize) {
    const ids = rows.slice(at, at + pieceSize).map((row) => row.message_rule_id)
    for (const id of await needs.store.read.rules.spoke(ids, recentSince(needs))) spoke.add(id)
  }
  return spoke
}
