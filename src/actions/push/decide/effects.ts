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
  /** The customer now has a different exclusive agent, so that must be written. */
  belongs: boolean
  visit: Visit | null
  visitChanged: boolean
  open: BatchSession | null
  /** Sessions to write that are closed: by this push, or before and only now graded by their customer. */
  ended: BatchSession[]

  /**
   * Agents who were given a session; agents who lost a session that this batch had given them;
   * agents who lost a session they had before.
   */
  given: number[]
  withdrawn: number[]
  freed: number[]
  /** Lanes in which somebody is waiting now, each with its company. */
  waitedIn: string[]
  /** Companies in which somebody waits although an agent may have room. */
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
