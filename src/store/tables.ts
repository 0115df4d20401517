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

/** Named queries per table, bound to one connection. */
export function tables(sql: Sql) {
  return {
    accounts: accountQueries(sql),
    customers: customerQueries(sql),
    evaluations: evaluationQueries(sql),
    inbox: inboxQueries(sql),
    invariants: invariantQueries(sql),
    jobs: jobQueries(sql),
    kf: kfQueries(sql),
    loads: loadQueries(sql),
    logins: loginQueries(sql),
    media: mediaQueries(sql),
    members: memberQueries(sql),
    messages: messageQueries(sql),
    missed: missedQueries(sql),
    old: oldRowQueries(sql),
    outbox: outboxQueries(sql),
    platforms: platformQueries(sql),
    quickReplies: quickReplyQueries(sql),
    refused: refusedQueries(sql),
    rules: ruleQueries(sql),
    sessions: sessionQueries(sql),
    streams: streamQueries(sql),
    tokens: accessTokenQueries(sql),
    users: userQueries(sql),
    visits: visitQueries(sql),
  }
}

export type Tables = ReturnType<typeof tables>
