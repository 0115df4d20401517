// A person can decide what happened to a reply that failed or whose result is unknown. A late
// answer from WeChat does not overwrite their decision.
import type { MessageRow, SessionRow } from '../../../entities/index.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { supervises, type Me } from '../access/caller.ts'
import { lockBoth } from '../access/lock.ts'
import { notFound, refuse } from '../access/refuse.ts'
import { withWhy } from './with-why.ts'

type ResolveNeeds = Needs<'store' | 'clock' | 'bus'>

export async function resolveMessage(
  needs: ResolveNeeds,
  me: Me,
  { id, delivered }: { id: string; delivered: boolean },
): Promise<MessageRow> {
  const settled = await needs.store.work('reply', async (unit) => {
    const { message } = await lockUnsettled(unit, me, id)
    return settleByHand(needs, unit, {
      message,
      state: delivered ? 'sent' : 'failed',
      why: 'resolved',
    })
  })

  needs.bus.publish('outbox', '')
  return settled
}

/**
 * Locks customer, session and line. Only a line that failed or whose result is unknown can be
 * settled, and only by the owner of the session, a supervisor, or a member of the group chat who
 * wrote it.
 */
export async function lockUnsettled(unit: Unit, me: Me, id: string) {
  const seen = await unit.messages.find(me.companyId, id)
  if (!seen?.session_id) throw notFound()
  const both = await lockBoth(unit, me.companyId, seen.session_id)
  if (
    !supervises(me) &&
    both.session.uid !== me.uid &&
    !(await isHisOwn(unit, me, { line: seen, session: both.session }))
  ) {
    refuse('not_owner')
  }
  const message = await unit.messages.find(me.companyId, id)
  if (!message || !isOpenFate(message)) {
    throw new AppError(
      'delivery_not_open',
      'Only a line that failed or is unknown, and that nobody has settled, can be settled by hand.',
    )
  }
  return { ...both, message }
}

/** A member of a group chat may settle their own lines. */
const isHisOwn = async (
  unit: Unit,
  me: Me,
  { line, session }: { line: MessageRow; session: SessionRow },
) =>
  line.sender === agentActor(me.uid) &&
  (await unit.members.isMember(me.companyId, session.session_id, me.uid))

const settledWords = ['resent', 'resolved']

function isOpenFate(message: MessageRow): boolean {
  const { why } = JSON.parse(message.extra ?? '{}') as { why?: string }
  return (
    (message.delivery === 'failed' || message.delivery === 'unknown') &&
    !settledWords.includes(why ?? '')
  )
}

type ByHand = { message: MessageRow; state: 'sent' | 'failed'; why: 'resolved' | 'resent' }

export async function settleByHand(
  needs: Needs<'clock'>,
  unit: Unit,
  { message, state, why }: ByHand,
): Promise<MessageRow> {
  if (state === 'sent') {
    await unit.messages.deliver([message.message_id], {
      delivery: 'sent',
      errcode: message.errcode,
    })
  } else await unit.messages.fail([message.message_id], { errcode: message.errcode, why })
  await unit.outbox.resolve(message.message_id, state, needs.clock.now())
  return {
    ...message,
    delivery: state,
    extra: state === 'sent' ? message.extra : withWhy(message, why),
  }
}
