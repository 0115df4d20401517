// The effects of one push: rows to write (write-effects.ts) and things to tell others
// (tell-effects.ts). Deciding only collects them. Customer, visit and session may change several
// times, each time into a new row; everything else is only added.
import type {
  EvaluationRow,
  LedgerRow,
  MediaFetchRow,
  MessageRow,
  OutboxRow,
  TrajectoryRow,
} from '../../../../entities/index.ts'
import type { KnownCustomer, SpokenRule, Unanswered } from '../../../ports.ts'
import { addLine, type Line } from '../../lines/new-rows.ts'
import type { Event } from '../../streams/write.ts'
import type { BatchSession, Facts, Visit } from './facts.ts'
import type { NewPush, PushAnswer } from './push.ts'

export type Counted = { receptionId: string; what: 'follows' | 'unfollows' | 'scans' }

export type Effects = {
  push: NewPush
  answer: PushAnswer | null

  customer: KnownCustomer
  /**
   * Whether the customer has another exclusive agent since this push, so that the column must be
   * written.
   */
  belongs: boolean
  visit: Visit | null
  visitChanged: boolean
  open: BatchSession | null
  /**
   * Closed sessions that must be written: those that this push ends, and those that ended before
   * and that the customer grades with this push.
   */
  ended: BatchSession[]

  /**
   * The uids of agents whose number of sessions changes. `given`: they were given a session.
   * `withdrawn`: they lost one that this batch had given them. `freed`: they lost one that they had
   * before.
   */
  given: number[]
  withdrawn: number[]
  freed: number[]
  /**
   * Lanes in which this push let a session wait, each with its company. Sessions of later pushes
   * queue behind it.
   */
  waitedIn: string[]
  /**
   * Companies in which a session waits behind others although an agent may have room, or in which a
   * rule moved a session to another lane. The automatic assignment is woken for them.
   */
  behind: string[]

  messages: MessageRow[]
  outbox: OutboxRow[]
  fetches: MediaFetchRow[]
  ledger: LedgerRow[]
  evaluations: EvaluationRow[]
  trajectory: TrajectoryRow[]
  counted: Counted[]
  events: Event[]
  /**
   * What is counted for the statistics: rules that answered, and questions that no rule answered or
   * only the default rule.
   */
  spoken: SpokenRule[]
  unanswered: Unanswered[]
}

export const noEffects = ({ customer, open, visit }: Facts, push: NewPush): Effects => ({
  push,
  answer: null,
  customer,
  belongs: false,
  visit,
  visitChanged: false,
  open: open && { ...open },
  ended: [],
  given: [],
  withdrawn: [],
  freed: [],
  waitedIn: [],
  behind: [],
  messages: [],
  outbox: [],
  fetches: [],
  ledger: [],
  evaluations: [],
  trajectory: [],
  counted: [],
  events: [],
  spoken: [],
  unanswered: [],
})

export function changeCustomer(effects: Effects, columns: Partial<KnownCustomer>): void {
  effects.customer = { ...effects.customer, ...columns }
}

export function changeVisit(effects: Effects, columns: Partial<Visit>): void {
  if (!effects.visit) return
  effects.visit = { ...effects.visit, ...columns }
  effects.visitChanged = true
}

export function addToSession(
  { customer, messages }: Effects,
  session: BatchSession,
  line: Line,
): MessageRow {
  const added = addLine(customer, session.row, line)
  session.row = added.session
  session.hasNewLines = true
  messages.push(added.line)
  return added.line
}
