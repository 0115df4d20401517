import { AccessTokenQueries } from './queries/access-tokens.ts'
import { AccountQueries } from './queries/accounts.ts'
import { LoadQueries } from './queries/agent-loads.ts'
import { AgentSessionQueries } from './queries/agent-sessions.ts'
import { CompanyQueries } from './queries/companies.ts'
import { CustomerQueries } from './queries/customers.ts'
import { EvaluationQueries } from './queries/evaluations.ts'
import { GroupQueries } from './queries/groups.ts'
import { InboxQueries } from './queries/inbox.ts'
import { InstallationQueries } from './queries/installation.ts'
import { InvariantQueries } from './queries/invariants.ts'
import { JobQueries } from './queries/jobs.ts'
import { KfQueries } from './queries/kf-accounts.ts'
import { LoginQueries } from './queries/logins.ts'
import { MediaQueries } from './queries/media.ts'
import { MessageQueries } from './queries/messages.ts'
import { MissedQueries } from './queries/missed.ts'
import { OldRowQueries } from './queries/old-rows.ts'
import { OutboxQueries } from './queries/outbox.ts'
import { PlatformQueries } from './queries/platforms.ts'
import { QuickReplyQueries } from './queries/quick-replies.ts'
import { RefusedQueries } from './queries/refused.ts'
import { ReplayQueries } from './queries/replays.ts'
import { RuleQueries } from './queries/rules.ts'
import { LaneQueries } from './queries/session-lanes.ts'
import { SessionListQueries } from './queries/session-lists.ts'
import { MemberQueries } from './queries/session-members.ts'
import { SessionTimerQueries } from './queries/session-timers.ts'
import { SessionQueries } from './queries/sessions.ts'
import { StaffQueries } from './queries/staff.ts'
import { StreamQueries } from './queries/streams.ts'
import { UserQueries } from './queries/users.ts'
import { VisitQueries } from './queries/visits.ts'
import type { Queries } from './engine/queries.ts'
import type { Sql } from './engine/sql.ts'

const queriesOf = {
  accounts: AccountQueries,
  agentSessions: AgentSessionQueries,
  companies: CompanyQueries,
  customers: CustomerQueries,
  evaluations: EvaluationQueries,
  groups: GroupQueries,
  inbox: InboxQueries,
  installation: InstallationQueries,
  invariants: InvariantQueries,
  jobs: JobQueries,
  kf: KfQueries,
  lanes: LaneQueries,
  loads: LoadQueries,
  logins: LoginQueries,
  media: MediaQueries,
  members: MemberQueries,
  messages: MessageQueries,
  missed: MissedQueries,
  old: OldRowQueries,
  outbox: OutboxQueries,
  platforms: PlatformQueries,
  quickReplies: QuickReplyQueries,
  refused: RefusedQueries,
  replays: ReplayQueries,
  rules: RuleQueries,
  sessionLists: SessionListQueries,
  sessions: SessionQueries,
  sessionTimers: SessionTimerQueries,
  staff: StaffQueries,
  streams: StreamQueries,
  tokens: AccessTokenQueries,
  users: UserQueries,
  visits: VisitQueries,
}

const count = Object.keys(queriesOf).length

/** The named queries of all tables, bound to one connection. */
export type Tables = { [Name in keyof typeof queriesOf]: InstanceType<(typeof queriesOf)[Name]> }

/**
 * The queries of a transaction, by table. A transaction uses only a few tables, so the queries of
 * each are bound to the connection when they are first used.
 */
class Bound {
  readonly sql: Sql
  readonly again: boolean
  /** Every table has its number, because a number is found much faster than a name. */
  private readonly bound = Array<Queries | undefined>(count)

  constructor(sql: Sql, again: boolean) {
    this.sql = sql
    this.again = again
  }

  static {
    for (const [number, [name, OfTable]] of Object.entries(queriesOf).entries()) {
      Object.defineProperty(this.prototype, name, {
        get(this: Bound) {
          return (this.bound[number] ??= new OfTable(this.sql))
        },
      })
    }
  }
}

/**
 * Binds the queries of all tables to one connection. `again` tells that the transaction is tried
 * again because what it had read without a lock was out of date.
 */
export const tables = (sql: Sql, again: boolean) => new Bound(sql, again) as Bound & Tables
