// With the setting autoAcceptFirst, an agent who is in no conversation automatically accepts the
// oldest session that waits for them. This is checked after every step that may have left an agent
// without a conversation, and again by a job in case a check was lost.
import { waiting } from '../../../rules/session/states.ts'
import type { Settings } from '../../../rules/settings.ts'
import { jobActor } from '../../../rules/session/actor.ts'
import type { Needs, Unit } from '../../ports.ts'
import { greet } from './greet.ts'
import { commitStep, tellCommitted } from './commit-step.ts'
import { lockSeen } from '../access/lock.ts'
import { settingsOf } from '../settings-of.ts'
import { takeStep } from './take-step.ts'

export type AcceptFirstNeeds = Needs<
  'store' | 'queue' | 'recent' | 'bus' | 'clock' | 'ids' | 'known' | 'log'
>
type AgentKeys = { companyId: string; uid: number }

/**
 * Whether the agent is in a conversation. Their load row is locked, so that a session given to them
 * at the same moment is counted too.
 */
export async function isBusy(unit: Unit, { companyId, uid }: AgentKeys): Promise<boolean> {
  await unit.loads.lock([uid])
  return (await unit.agentSessions.countActive(companyId, uid)) > 0
}

/**
 * Accepts the first waiting session of each of these agents who is in no conversation. It never
 * throws, because the action that calls it has been completed already.
 */
export async function acceptFirst(
  needs: AcceptFirstNeeds,
  companyId: string,
  uids: number[],
): Promise<number> {
  let accepted = 0
  try {
    const settings = await settingsOf(needs, companyId)
    for (const uid of settings.autoAcceptFirst ? uids : []) {
      accepted += Number(await acceptFirstOf(needs, { companyId, uid }, settings))
    }
  } catch (error) {
    needs.log.warn(
      { companyId, error: String(error) },
      'the first waiting session could not be accepted; the job tries again',
    )
  }
  return accepted
}

/**
 * Accepts a session for every agent of the company who has sessions waiting and is in no
 * conversation.
 */
export async function acceptFirstOfAll(
  needs: AcceptFirstNeeds,
  companyId: string,
): Promise<{ accepted: number }> {
  if (!(await settingsOf(needs, companyId)).autoAcceptFirst) return { accepted: 0 }
  return {
    accepted: await acceptFirst(
      needs,
      companyId,
      await needs.store.read.agentSessions.waitedFor(companyId),
    ),
  }
}

async function acceptFirstOf(
  needs: AcceptFirstNeeds,
  whose: AgentKeys,
  settings: Settings,
): Promise<boolean> {
  const { agentSessions } = needs.store.read
  const first = await agentSessions.oldestWaiting(whose.companyId, whose.uid)
  if (!first) return false
  // this is asked before anything is locked, so that nobody waits for the rows of a session that is
  // not accepted anyway; whoever ends the agent's conversation meanwhile accepts it then
  if ((await agentSessions.countActive(whose.companyId, whose.uid)) > 0) return false
  const done = await needs.store.work('claim', async (unit) => {
    const { customer, session } = await lockSeen(unit, first)
    if (session.state !== waiting || session.uid !== whose.uid) return null
    if (await isBusy(unit, whose)) return null
    // for a disabled agent nothing is accepted: their sessions are handed on, and no customer is
    // greeted in their name
    const agent = await unit.users.find(whose.companyId, whose.uid)
    if (agent?.enabled !== 1) return null
    const identity = await unit.users.identity(session.account_id, whose.uid)
    const moved = takeStep(session, {
      event: 'promote',
      who: 'job',
      actor: jobActor('accept-first'),
      reason: 'first_in_line',
      at: needs.clock.now(),
      customerServiceId: session.customer_service_id ?? identity?.customer_service_id ?? null,
    })
    const spoken = greet(needs, { customer, moved, settings, agent })
    return commitStep(needs, unit, { ...spoken, says: 'session.accepted' })
  })
  if (!done) return false

  await tellCommitted(needs, [done])
  return true
}
