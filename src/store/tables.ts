import { accessTokenQueries } from './access-tokens.ts'
import { accountQueries } from './accounts.ts'
import { evaluationQueries } from './evaluations.ts'
import { customerQueries } from './customers.ts'
import { inboxQueries } from './inbox.ts'
import { invariantQueries } from './invariants.ts'
import { jobQueries } from './jobs.ts'
import { loadQueries } from './agent-loads.ts'
import { loginQueries } from './logins.ts'
import { missedQueries } from './missed.ts'
import { kfQueries } from './kf-accounts.ts'
import { mediaQueries } from './media.ts'
import { memberQueries } from './session-members.ts'
import { messageQueries } from './messages.ts'
import { oldRowQueries } from './old-rows.ts'
import { outboxQueries } from './outbox.ts'
import { platformQueries } from './platforms.ts'
import { refusedQueries } from './refused.ts'
import { quickReplyQueries } from './quick-replies.ts'
import { ruleQueries } from './rules.ts'
import { sessionQueries } from './sessions.ts'
import { streamQueries } from './streams.ts'
import { userQueries } from './users.ts'
import { visitQueries } from './visits.ts'
import type { Sql } from './sql.ts'

const queriesOf = {
  accounts: accountQueries,
  customers: customerQueries,
  evaluations: evaluationQueries,
  inbox: inboxQueries,
  invariants: invariantQueries,
  jobs: jobQueries,
  kf: kfQueries,
  loads: loadQueries,
  logins: loginQueries,
  media: mediaQueries,
  members: memberQueries,
  messages: messageQueries,
  missed: missedQueries,
  old: oldRowQueries,
  outbox: outboxQueries,
  platforms: platformQueries,
  quickReplies: quickReplyQueries,
  refused: refusedQueries,
  rules: ruleQueries,
  sessions: sessionQueries,
  streams: streamQueries,
  tokens: accessTokenQueries,
  users: userQueries,
  visits: visitQueries,
}

/** Named queries per table, bound to one connection. */
export type Tables = { [Name in keyof typeof queriesOf]: ReturnType<(typeof queriesOf)[Name]> }

/** A unit of work asks few of the tables, so each is bound when it is first asked for. */
class Bound {
  readonly sql: Sql
  readonly again: boolean
  private readonly known: Partial<Record<string, object>> = {}

  constructor(sql: Sql, again: boolean) {
    this.sql = sql
    this.again = again
  }

  static {
    for (const [name, bind] of Object.entries(queriesOf)) {
      Object.defineProperty(this.prototype, name, {
        get(this: Bound) {
          return (this.known[name] ??= bind(this.sql))
        },
      })
    }
  }
}

/** `again`: it has been tried before, and what it had read without a lock was out of date. */
export const tables = (sql: Sql, again: boolean) => new Bound(sql, again) as Bound & Tables
