import { explain, type RuleWhy } from '../../../rules/auto-reply/explain.ts'
import type { Found, Matcher } from '../../../rules/auto-reply/keyword.ts'
import { fillContent } from '../../../rules/reply/variables.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { presentRule } from '../../views/rule.ts'

export type TryInput = { text: string; accountId?: string | undefined; at?: number | undefined }
const mostTold = 200

/** Why a rule answers a text or does not, in words for the person who asks. */
const words: Record<RuleWhy, string> = {
  won: '由它回复 / It answers',
  weaker_kind:
    '也匹配，但匹配方式较弱：完全匹配先于包含，包含先于正则，默认最后 / Matches too, but exact beats contains, contains beats a pattern, the default comes last',
  lower_priority: '也匹配，但优先级较低 / Matches too, with a lower priority',
  shorter: '也匹配，但匹配的文字较短 / Matches too, with fewer characters',
  younger: '也匹配，但创建较晚 / Matches too, but is younger',
  other_account: '匹配，但属于另一个公众号 / Matches, but is of another account',
  not_now: '匹配，但不在生效时间内 / Matches, but not at this time',
  disabled: '匹配，但已停用 / Matches, but is switched off',
  text_too_long: '文字太长，没有尝试它的正则 / The text is too long for its pattern to be tried',
  no_match: '不匹配 / Does not match',
  unusable: '它的正则不能使用 / Its pattern cannot be used',
  not_for_texts: '只回复关注、扫码或菜单 / Answers follows, scans or menus only',
}

/**
 * Tells which rule would answer a text, without any push. If no account is given, only rules for
 * all accounts are considered.
 */
export async function tryRules(
  needs: Needs<'store' | 'known' | 'clock'>,
  me: Me,
  { text, accountId, at }: TryInput,
) {
  const account = accountId === undefined ? null : await accountOf(needs, me, accountId)
  const { live, disabled } = await compiledOf(needs, me)
  const moment = { accountId: accountId ?? '', now: at ?? needs.clock.now() }
  const { found, considered } = explain({ live, disabled }, text, { moment, most: mostTold })
  return {
    ...(await presentFound(needs, me, { found, account: account?.name ?? '', now: moment.now })),
    normalised: live.normalise(text),
    considered: considered.map(({ rule, matches, keyword, why }) => ({
      id: rule.id,
      name: rule.name,
      kind: rule.kind,
      priority: rule.priority,
      matches,
      why,
      explanation: words[why],
      ...(keyword !== null && { keyword }),
    })),
  }
}

async function accountOf(needs: Needs<'store'>, me: Me, accountId: string) {
  const account = await needs.store.read.accounts.find(me.companyId, accountId)
  if (!account) {
    throw new AppError('not_found', 'accountId: there is no such account in your company.', {
      field: 'accountId',
    })
  }
  return account
}

async function compiledOf(
  needs: Needs<'known'>,
  me: Me,
): Promise<{ live: Matcher; disabled: Matcher }> {
  const company = await needs.known.anew(me.companyId)
  if (!company) throw new AppError('not_found', 'There is no such company.')
  return {
    live: await company.newestRules,
    disabled: await needs.known.switchedOff(company),
  }
}

/**
 * Shows the answer as the follower would get it. Variables that depend on the follower, such as
 * their name, are empty.
 */
async function presentFound(
  needs: Needs<'store'>,
  me: Me,
  { found, account, now }: { found: Found | null; account: string; now: number },
) {
  if (!found) return { matched: null, replies: [] }
  const row = await needs.store.read.rules.find(me.companyId, found.rule.id)
  const keyword = found.match?.keyword ?? ''
  const replies = found.rule.answers.map((content) =>
    fillContent(content, { account, keyword, now }),
  )
  return {
    matched: row && presentRule(row),
    ...(replies[0] && { reply: replies[0] }),
    replies,
    ...(keyword !== '' && { keyword }),
  }
}
