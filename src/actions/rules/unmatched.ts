import type { RuleUnmatchedRow } from '../../../entities/index.ts'
import { groupQuestions } from '../../../rules/auto-reply/questions.ts'
import { dayMs } from '../../../rules/session/timers.ts'
import type { Me } from '../access/caller.ts'
import type { Needs } from '../../ports.ts'
import { presentTime } from '../../views/times.ts'
import { sift } from '../sift.ts'

const mostRead = 500

/**
 * Lists questions that no rule answered, most frequent first. Questions that a rule answers by now
 * are left out.
 */
export async function listUnmatched(
  needs: Needs<'store' | 'known' | 'clock'>,
  me: Me,
  { days, most }: { days: number; most: number },
) {
  const company = await needs.known.anew(me.companyId)
  const matcher = await company?.newestRules
  const now = needs.clock.now()
  const since = now - days * dayMs
  const rows = await sift<RuleUnmatchedRow & { kept: number }>(mostRead, async (last, limit) =>
    (
      await needs.store.slow.rules.unmatched(me.companyId, {
        times: last?.times ?? Number.MAX_SAFE_INTEGER,
        hash: last?.text_hash ?? 'g',
        limit,
      })
    ).map((row) => ({ ...row, kept: Number(row.last_at >= since) })),
  )
  const open = rows.filter((row) => {
    const found = matcher?.text(row.text, { accountId: row.account_id, now })
    return !found || found.rule.kind === 'default'
  })
  const groups = groupQuestions(
    open.map((row) => ({
      text: row.text,
      folded: row.folded,
      times: row.times,
      firstAt: row.first_at,
      lastAt: row.last_at,
      hash: row.text_hash,
    })),
    most,
  )
  return groups.map(({ text, times, firstAt, lastAt, texts, keyword, hashes }) => ({
    text,
    times,
    firstAt: presentTime(firstAt),
    lastAt: presentTime(lastAt),
    texts,
    keyword,
    hashes,
  }))
}

/** Forgets questions that are not worth a rule. One that is asked again is listed again. */
export async function dismissUnmatched(
  needs: Needs<'store'>,
  me: Me,
  hashes: string[],
): Promise<{ dismissed: number }> {
  return {
    dismissed: await needs.store.work('rest', (unit) =>
      unit.rules.dropUnmatched(me.companyId, hashes),
    ),
  }
}
