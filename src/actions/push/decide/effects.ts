// What follows from one push: nothing of it is written yet (write-effects.ts), and nobody has been told (tell-effects.ts). Rows that
// stand already are copies, changed as often as the push has it; all else is only added to.
import type {
  EvaluationRow,
  LedgerRow,
  MediaFetchRow,
  MessageRow,
  OutboxRow,
  TrajectoryRow,
} from '../../../../entities/index.ts'
import type { KnownCustomer, Spoken, Unanswered } from '../../../ports.ts'
import type { Event } from '../../streams/write.ts'
import type { BatchSession, Facts, Visit } from './facts.ts'
import type { NewPush, PushAnswer } from './push.ts'

export type Counted = { receptionId: string; what: 'follows' | 'unfollows' | 'scans' }

export type Effects = {
  push: NewPush
  answer: PushAnswer | null

  customer: KnownCustomer
  /** The customer has another agent of their own. */
  belongs: boolean
  visit: Visit | null
  visitChanged: boolean
  open: BatchSession | null
  /** Those that are not open, or not any more. */
  ended: BatchSession[]

  /** Agents who were given a session; who lost one again that this batch had given them; who lost one they had. */
  given: number[]
  withdrawn: number[]
  freed: number[]
  /** Lanes, with their company, in which somebody waits now. */
  waitedIn: string[]
  /** Companies in which somebody waits though there may be room. */
  behind: string[]

  messages: MessageRow[]
  outbox: OutboxRow[]
  fetches: MediaFetchRow[]
  ledger: LedgerRow[]
  evaluations: EvaluationRow[]
  trajectory: TrajectoryRow[]
  counted: Counted[]
  events: Event[]
  /** For the tally: rules that spoke, and questions that none answered. */
  spoken: Spoken[]
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
