// Transfers a session, which keeps its id. A person gets it as waiting for them alone; for a group
// it queues in the group's lane. The loads of both people change in the same transaction, and if
// the receiver has no room everything is rolled back. Replies accepted before the transfer are
// still sent, in order.
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import { rankFor } from '../../../rules/session/routing.ts'
import { queued } from '../../../rules/session/states.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { AppError } from '../../errors.ts'
import type { Unit } from '../../ports.ts'
import { mentionEvents, noteLine, peopleIn } from './add-note.ts'
import { getGroupLane, getNewOwner } from '../access/new-owner.ts'
import type { Me } from '../access/caller.ts'
import { lockBoth } from '../access/lock.ts'
import { mayStep } from '../access/refuse.ts'
import { settingsOf } from '../settings-of.ts'
import { takeStep, type StepAim } from '../transition/take-step.ts'
import { commitStep } from '../transition/commit-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'

export type Target = { agentUid: number } | { groupId: number }
export type TransferInput = {
  sessionId: string
  to: Target
  note?: string | undefined
  fence?: number | undefined
}

export async function transferSession(
  needs: TellNeeds,
  me: Me,
  { sessionId, to, note, fence }: TransferInput,
): Promise<SessionRow> {
  const { windowFirst } = await settingsOf(needs, me.companyId)
  const transferred = await needs.store.work('claim', async (unit) => {
    const { customer, session } = await lockBoth(unit, me.companyId, sessionId)
    const who = await mayStep(unit, me, {
      session,
      event: 'agentUid' in to ? 'transferToPerson' : 'transferToGroup',
      fence,
    })
    const target = await targetOf(unit, session, to)
    const mentioned = note === undefined ? [] : await peopleIn(unit, me, note)

    const noted =
      note === undefined ? null : await noteLine(needs, unit, { customer, session, me, text: note })
    const lines = noted ? [noted.line] : []
    const moved = takeStep(noted?.session ?? session, {
      ...withRank(target, { customer, session, windowFirst, at: needs.clock.now() }),
      who,
      actor: agentActor(me.uid),
      reason: 'transferred',
      at: needs.clock.now(),
    })
    return commitStep(needs, unit, {
      moved,
      customer,
      lines,
      says: 'session.transferred',
      events: lines.flatMap((line) => mentionEvents(line, mentioned)),
    })
  })

  await tellStep(needs, transferred)
  return transferred.moved.session
}

type Placing = { customer: CustomerRow; session: SessionRow; windowFirst: boolean; at: number }

/** A session that was not queued before gets the rank it would have if it started to wait now. */
function withRank(aim: StepAim, { customer, session, windowFirst, at }: Placing): StepAim {
  if (!aim.place || session.state === queued) return aim
  return { ...aim, place: { ...aim.place, rank: rankFor(customer, windowFirst, at) } }
}

async function targetOf(unit: Unit, session: SessionRow, to: Target): Promise<StepAim> {
  if ('groupId' in to) {
    return {
      event: 'transferToGroup',
      kind: 'group',
      place: { lane: await getGroupLane(unit, session, to.groupId) },
    }
  }
  if (to.agentUid === session.uid) {
    throw new AppError('same_agent', 'The session is theirs already.')
  }
  return {
    event: 'transferToPerson',
    kind: 'user',
    owner: await getNewOwner(unit, session, { uid: to.agentUid, field: 'agentUid' }),
  }
}
