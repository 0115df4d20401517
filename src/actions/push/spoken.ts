// What a follower is told by itself: by a rule, or that nobody is there, or where he stands in the queue.
import type { SessionRow } from '../../../entities/index.ts'
import type { Content } from '../../../rules/content.ts'
import type { Found } from '../../../rules/keyword.ts'
import { commonLane, groupLane, groupOf } from '../../../rules/lane.ts'
import { rankFor } from '../../../rules/routing.ts'
import { active, group, queued } from '../../../rules/session.ts'
import { hoursAt } from '../../../rules/settings.ts'
import { fillPosition, looksBackTo, waitMs } from '../../../rules/waiting-time.ts'
import { isWorking, workingMs } from '../../../rules/working-hours.ts'
import type { KnownCustomer, Needs, Unit } from '../../ports.ts'
import { followerKey, type Day } from './day.ts'
import type { Push } from './push.ts'
import type { Saying } from './say.ts'

/** `isServed`: people are to see him. */
type Heard = {
  session: SessionRow
  found: Found | null
  isNew: boolean
  lastHeard: number | null
  isServed: boolean
}
type By = Saying['by']

/** A rule that knows the word, then the hours, then a rule for everything else, then the place in the queue. */
export function spokenTo(day: Day, push: Push, heard: Heard): By | null {
  const byRule = heard.found && ruleWords(day, push, { ...heard, found: heard.found })
  if (!heard.isServed || (byRule && heard.found?.rule.kind !== 'default')) return byRule
  return closedWords(day, push, heard) ?? byRule ?? positionWords(day, push, heard)
}

const ruleWords = (day: Day, push: Push, { found, ...heard }: Heard & { found: Found }): By => ({
  ...found.rule,
  answers: found.rule.answers.map((content) => withPosition(day, push, { ...heard, content })),
  keyword: found.match?.keyword ?? null,
})

function withPosition(
  day: Day,
  push: Push,
  { content, ...heard }: Omit<Heard, 'found'> & { content: Content },
): Content {
  if (content.type !== 'text' || !push.company.settings.tellPosition) return content
  return { ...content, text: fillPosition(content.text, standingOf(day, push, heard)) }
}

const words = (id: string, text: string): By => ({ id, answers: [{ type: 'text', text }] })

/** Once for each time that nobody is there. */
function closedWords(
  day: Day,
  { account, company }: Push,
  { session, lastHeard }: Heard,
): By | null {
  if (session.state === active || session.state === group) return null
  const hours = hoursAt(company.settings, {
    accountId: account.account_id,
    groupId: groupOf(session.lane),
  })
  if (!hours?.reply || isWorking(hours, day.at)) return null
  return lastHeard === null || workingMs(hours, lastHeard, day.at) > 0
    ? words('hours', hours.reply)
    : null
}

function positionWords(day: Day, push: Push, heard: Heard): By | null {
  if (!push.company.settings.tellPosition || !heard.isNew) return null
  const standing = standingOf(day, push, heard)
  return standing && words('position', fillPosition(push.company.settings.positionReply, standing))
}

const spotKey = (push: Push, lane: string) => `${followerKey(push)} ${lane}`

function standingOf(day: Day, push: Push, { session, isNew }: Pick<Heard, 'session' | 'isNew'>) {
  const standing =
    session.lane === null ? undefined : day.standings.get(spotKey(push, session.lane))
  if (!standing) return null
  // whoever came with the same batch before him is in no index yet
  const also = isNew
    ? day.opened
        .slice(0, day.opened.indexOf(session))
        .filter(
          (one) =>
            one.company_id === session.company_id &&
            one.lane === session.lane &&
            (one.rank ?? 0) <= (session.rank ?? 0),
        ).length
    : 0
  const before = standing.before + also
  return { before, waitMs: waitMs(before, standing.left, day.at) }
}

/** Asked only where followers are told; the index counts, whatever the queue's length. */
export async function loadStandings(
  needs: Needs<'queue'>,
  unit: Unit,
  { day, pushes }: { day: Day; pushes: Push[] },
): Promise<void> {
  const left = new Map<string, number[]>()
  for (const push of pushes.filter(({ company }) => company.settings.tellPosition)) {
    const follower = day.followers.get(followerKey(push))
    if (!follower) continue
    const companyId = push.account.company_id
    for (const { lane, rank } of spotsOf(day, push, follower)) {
      const before = await needs.queue.before(companyId, lane, rank)
      if (before === null) continue
      const key = `${companyId} ${lane}`
      const times =
        left.get(key) ?? (await unit.streams.leftLane(companyId, lane, looksBackTo(day.at)))
      left.set(key, times)
      day.standings.set(spotKey(push, lane), { before, left: times })
    }
  }
}

/** Where he stands, or where he may come to stand. */
function spotsOf(
  day: Day,
  push: Push,
  { customer, session }: { customer: KnownCustomer; session: SessionRow | null },
): { lane: string; rank: number }[] {
  if (session) {
    return session.state === queued && session.lane !== null
      ? [{ lane: session.lane, rank: session.rank ?? 0 }]
      : []
  }
  const rank = rankFor(customer, push.company.settings.windowFirst, day.at)
  const named = day.found.get(push)?.rule.named
  const { account_id: accountId } = push.account
  return [
    commonLane(accountId),
    ...(named?.kind === 'group' ? [groupLane(named.groupId, accountId)] : []),
  ].map((lane) => ({ lane, rank }))
}
