// Writes a step that was decided (take-step.ts), always in the same order: customer, session,
// loads, lines, outbox, ledger.
import type { CustomerRow, MessageRow, OutboxRow, PatchIn } from '../../../entities/index.ts'
import { giveBack } from '../../../rules/reply/reply-window.ts'
import { clueAfter } from '../../../rules/session/exclusive.ts'
import { exclusiveAfter, isOpen, raisesFence } from '../../../rules/session/session.ts'
import { group } from '../../../rules/session/states.ts'
import { AppError, OutOfDate } from '../../errors.ts'
import type { Unit } from '../../ports.ts'
import { exclusiveOf } from '../access/exclusive.ts'
import { refuse } from '../access/refuse.ts'
import { ownersOf, type Moved } from './take-step.ts'

/** What is written together with a step. */
export type WithStep = {
  customer: CustomerRow
  customerChanged?: boolean
  lines?: MessageRow[]
  outbox?: OutboxRow[]
  /** Drops replies that have not been sent yet. They do not use up the reply window. */
  dropPending?: boolean
  /**
   * For an agent to whom the automatic assignment gives the session: their `turn` as it was read,
   * and the new one. If this is not given, their new turn is the current time.
   */
  inTurn?: { turn: number; turnRead: number }
  /**
   * Whether the caller writes the loads of all its steps together. It has locked them and knows that
   * the new owner has room.
   */
  loadsApart?: boolean
  /** The step succeeds only if the session is still queued in this lane. */
  claimedFrom?: string
}

/**
 * Writes a step to the database. Customer and session must be locked. If the new owner has no room,
 * the whole transaction is rolled back.
 */
export async function writeStep(
  unit: Unit,
  moved: Moved,
  { customer, lines = [], outbox = [], ...how }: WithStep,
): Promise<void> {
  const { session, ledger } = moved
  const pending = how.dropPending
    ? (await unit.outbox.pendingOf(session.session_id)).map((row) => row.outbox_id)
    : []
  const changed = how.customerChanged === true || pending.length + outbox.length > 0
  await changeCustomer(unit, moved, {
    customer,
    ...(changed && {
      also: {
        ...giveBack(customer, pending.length, ledger.at),
        out_n: customer.out_n,
        active_at: customer.active_at,
      },
    }),
  })
  await writeSession(unit, moved, { claimedFrom: how.claimedFrom, hasNewLines: lines.length > 0 })
  if (!how.loadsApart) await moveLoad(unit, moved, how.inTurn)
  await writeLines(unit, moved, { lines, outbox, pending })
  unit.sessions.writeLedger([ledger])
  if (endsGroup(moved)) unit.members.leaveAll(session.session_id, ledger.at)
}

/**
 * Whether the members of a group chat leave with this step. They do when the owner changes, because
 * the group chat belongs to its owner. They do not when the session closes, and can still read it.
 */
const endsGroup = ({ session, before, transition }: Moved) =>
  before.state === group && raisesFence(transition) && isOpen(session.state)

type LinesToWrite = { lines: MessageRow[]; outbox: OutboxRow[]; pending: string[] }

async function writeLines(
  unit: Unit,
  { session, ledger }: Moved,
  { lines, outbox, pending }: LinesToWrite,
): Promise<void> {
  if (pending.length > 0) {
    await unit.messages.fail(pending, { errcode: null, why: 'dropped_on_close' })
  }
  unit.messages.insert(lines)
  if (pending.length > 0) unit.outbox.drop(session.session_id, ledger.at)
  unit.outbox.insert(outbox)
}

/**
 * A customer whose row the step changes. `also` are columns that change besides the exclusive
 * agent.
 */
type CustomerToChange = { customer: CustomerRow; also?: PatchIn<'wx_user'> }

async function changeCustomer(
  unit: Unit,
  { session, transition, ledger }: Moved,
  { customer, also }: CustomerToChange,
): Promise<void> {
  const exclusive = exclusiveAfter(
    transition,
    await exclusiveBefore(unit, { session, transition, customer }),
    session.uid,
  )
  const stays = exclusive === customer.customer_service_uid
  if (stays && !also) return
  unit.customers.change(customer.company_id, customer.wx_user_id, {
    ...also,
    ...(!stays && { customer_service_uid: exclusive }),
    is_clue: clueAfter(customer.is_clue, exclusive),
    update_time: ledger.at,
  })
}

/**
 * The customer's exclusive agent before the step. If the step makes the owner the exclusive agent
 * of a customer who has none, an agent who is disabled or does not serve the account does not
 * count.
 */
async function exclusiveBefore(
  unit: Unit,
  {
    session,
    transition,
    customer,
  }: Pick<Moved, 'session' | 'transition'> & Pick<CustomerToChange, 'customer'>,
): Promise<number> {
  const uid = customer.customer_service_uid
  if (transition.exclusive !== 'owner_if_none' || uid === session.uid) return uid
  return exclusiveOf(unit, customer)
}

async function writeSession(
  unit: Unit,
  { session, patch, before }: Moved,
  { claimedFrom, hasNewLines }: { claimedFrom: string | undefined; hasNewLines: boolean },
): Promise<void> {
  const { company_id, session_id } = session
  if (before.state === null) {
    unit.sessions.insert([session])
    return
  }
  if (claimedFrom === undefined) unit.sessions.change(company_id, session_id, patch)
  else if (!(await unit.sessions.claim(session_id, claimedFrom, patch))) {
    refuse('session_already_claimed')
  }
  if (hasNewLines) unit.sessions.touch([session])
}

/**
 * Lowers the load of the former owner and raises that of the new one, in the order of uids, so that
 * two opposite transfers cannot block each other.
 */
async function moveLoad(unit: Unit, moved: Moved, inTurn: WithStep['inTurn']): Promise<void> {
  const { had, has } = ownersOf(moved)
  if (had === has) return
  const moves = [
    { uid: had, by: -1 },
    { uid: has, by: 1 },
  ].filter(({ uid }) => uid !== null) as { uid: number; by: number }[]
  for (const { uid, by } of moves.sort((a, b) => a.uid - b.uid)) {
    if (by < 0) unit.loads.lower(uid)
    else if (inTurn) await giveInTurn(unit, uid, inTurn)
    else if ((await unit.loads.raise(uid, moved.ledger.at)) === 0) {
      throw atCapacity()
    }
  }
}

async function giveInTurn(
  unit: Unit,
  uid: number,
  inTurn: NonNullable<WithStep['inTurn']>,
): Promise<void> {
  if ((await unit.loads.give(uid, { sessions: 1, ...inTurn })) === 0) {
    throw new OutOfDate(`agent ${uid} was given somebody meanwhile`)
  }
}

export const atCapacity = () =>
  new AppError(
    'agent_at_capacity',
    'The agent has as many sessions as they may hold: close one first.',
  )
