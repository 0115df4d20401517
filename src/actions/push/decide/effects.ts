// The effects of one push: rows to write (write-effects.ts) and things to tell others
// (tell-effects.ts). Deciding only collects them. Rows that exist already are copied and may be
// changed several times; everything else is only added.
import type {
  EvaluationRow,
  LedgerRow,
  MediaFetchRow,
  MessageRow,
  OutboxRow,
  TrajectoryRow,
} from '../../../../entities/index.ts'
import type { KnownCustomer, SpokenRule, Unanswered } from '../../../ports.ts'
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
   * Companies in which a session waits behind others although an agent may have room. The automatic
   * assignment is woken for them.
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
   * What is counted for the statistics: rules that answered, and questions that no rule answered.
   */
  spoken: SpokenRule[]
  unanswered: Unanswered[]
}

export const noEffects = ({ customer, open, visit }: Facts, push: NewPush): Effects => ({
  push,
  answer: null,
  customer: { ...customer },
  belongs: false,
  visit: visit && { ...visit },
  visitChanged: false,
  open: open && { ...open, row: { ...open.row } },
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
