import { accessTokenQueries } from './queries/access-tokens.ts'
import { accountQueries } from './queries/accounts.ts'
import { evaluationQueries } from './queries/evaluations.ts'
import { customerQueries } from './queries/customers.ts'
import { inboxQueries } from './queries/inbox.ts'
import { invariantQueries } from './queries/invariants.ts'
import { jobQueries } from './queries/jobs.ts'
import { loadQueries } from './queries/agent-loads.ts'
import { loginQueries } from './queries/logins.ts'
import { missedQueries } from './queries/missed.ts'
import { kfQueries } from './queries/kf-accounts.ts'
import { mediaQueries } from './queries/media.ts'
import { memberQueries } from './queries/session-members.ts'
import { messageQueries } from './queries/messages.ts'
import { oldRowQueries } from './queries/old-rows.ts'
import { outboxQueries } from './queries/outbox.ts'
import { platformQueries } from './queries/platforms.ts'
import { refusedQueries } from './queries/refused.ts'
import { quickReplyQueries } from './queries/quick-replies.ts'
import { ruleQueries } from './queries/rules.ts'
import { sessionQueries } from './queries/sessions.ts'
import { streamQueries } from './queries/streams.ts'
import { userQueries } from './queries/users.ts'
import { visitQueries } from './queries/visits.ts'
import type { Sql } from './engine/sql.ts'

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

/** The named queries of all tables, bound to one connection. */
export type Tables = { [Name in keyof typeof queriesOf]: ReturnType<(typeof queriesOf)[Name]> }

/** A transaction uses only a few tables, so each one is bound when it is first used. */
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

/**
 * `again`: the transaction has been tried before, and what it had read without a lock was out of
 * date.
 */
export const tables = (sql: Sql, again: boolean) => new Bound(sql, again) as Bound & Tables
