import type { SessionRow } from '../../../entities/index.ts'
import { relationTo } from '../../../rules/session/session.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { isAppError, type ErrorCode } from '../../errors.ts'
import { commitStep } from '../transition/commit-step.ts'
import { askSatisfaction } from '../transition/ask-satisfaction.ts'
import { settingsOf } from '../settings-of.ts'
import { person, type Me } from '../access/caller.ts'
import { lockBoth } from '../access/lock.ts'
import { takeStep } from '../transition/take-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'

export type CloseNeeds = TellNeeds
export type CloseInput = {
  sessionId: string
  reason?: string | undefined
  pending?: 'send' | 'drop' | undefined
  fence?: number | undefined
}

export async function closeSession(
  needs: CloseNeeds,
  me: Me,
  input: CloseInput,
): Promise<SessionRow> {
  const settings = await settingsOf(needs, me.companyId)
  const ended = await needs.store.work('rest', async (unit) => {
    const { customer, session } = await lockBoth(unit, me.companyId, input.sessionId)
    const moved = takeStep(session, {
      event: 'close',
      who: relationTo(session, person(me)),
      actor: agentActor(me.uid),
      reason: 'closed',
      closeReason: input.reason,
      at: needs.clock.now(),
      fence: input.fence,
    })

    const asked = askSatisfaction(needs, { customer, moved, settings })
    const dropPending = input.pending === 'drop'
    return commitStep(needs, unit, { ...asked, dropPending, says: 'session.closed' })
  })

  await tellStep(needs, ended)
  return ended.moved.session
}

export async function closeMany(
  needs: CloseNeeds,
  me: Me,
  input: { ids: string[]; reason?: string | undefined; pending?: 'send' | 'drop' | undefined },
) {
  const closedIds: string[] = []
  const failed: { id: string; code: ErrorCode }[] = []
  for (const id of input.ids) {
    try {
      await closeSession(needs, me, { sessionId: id, reason: input.reason, pending: input.pending })
      closedIds.push(id)
    } catch (error) {
      if (!isAppError(error)) throw error
      failed.push({ id, code: error.code })
    }
  }
  return { closed: closedIds, failed }
}
