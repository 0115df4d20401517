// Counts which rules answered and which questions no rule answered. The counts are kept in this
// process until a job writes them to the database.
import { createHash } from 'node:crypto'
import type { RuleUnmatchedRow } from '../../../entities/index.ts'
import { dayMs } from '../../../rules/session/timers.ts'
import type { Needs, SpokenRule, Tally, Unanswered } from '../../ports.ts'

// how many different unanswered questions are kept in memory until they are written; further ones
// are not counted
const mostQuestions = 2000
const longestQuestion = 200

export function openTally(): Tally {
  let hits = new Map<string, SpokenRule & { hits: number }>()
  let questions = new Map<string, Unanswered & { times: number }>()
  return {
    add: (spoken, unanswered) => {
      for (const one of spoken) {
        const known = hits.get(one.ruleId)
        if (known) known.hits += 1
        else hits.set(one.ruleId, { ...one, hits: 1 })
      }
      for (const one of unanswered) {
        const key = `${one.companyId} ${one.folded}`
        const known = questions.get(key)
        if (known) known.times += 1
        else if (
          one.folded !== '' &&
          one.folded.length <= longestQuestion &&
          questions.size < mostQuestions
        ) {
          questions.set(key, { ...one, times: 1 })
        }
      }
    },
    take: () => {
      const taken = { spoken: [...hits.values()], unanswered: [...questions.values()] }
      hits = new Map()
      questions = new Map()
      return taken
    },
  }
}

/**
 * The job that writes the counts to the database. It runs in every process, because each process
 * has its own counts in memory.
 */
export async function writeTally(
  needs: Needs<'store' | 'clock' | 'tally'>,
): Promise<{ hits: number; unmatched: number }> {
  const { spoken, unanswered } = needs.tally.take()
  const at = needs.clock.now()
  if (spoken.length + unanswered.length > 0) {
    const day = Math.floor(at / dayMs)
    await needs.store.work('rest', (unit) => {
      // all processes write the counts of rules in the same order, so that two never wait for each
      // other
      unit.rules.addHits(
        spoken
          .map(({ ruleId, companyId, hits }) => ({
            message_rule_id: ruleId,
            day,
            company_id: companyId,
            hits,
          }))
          .sort((a, b) => (a.message_rule_id < b.message_rule_id ? -1 : 1)),
      )
      unit.rules.addUnmatched(
        unanswered
          .map((one) => questionRow(one, at))
          .sort((a, b) => (a.company_id + a.text_hash < b.company_id + b.text_hash ? -1 : 1)),
      )
    })
  }
  return { hits: spoken.reduce((sum, one) => sum + one.hits, 0), unmatched: unanswered.length }
}

const questionRow = (
  { companyId, accountId, text, folded, times }: Unanswered & { times: number },
  at: number,
): RuleUnmatchedRow => ({
  company_id: companyId,
  text_hash: createHash('sha256').update(folded).digest('hex'),
  account_id: accountId,
  text: text.trim().slice(0, 255),
  folded: folded.slice(0, 255),
  times,
  first_at: at,
  last_at: at,
})
