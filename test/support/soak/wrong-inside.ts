// Ways to break each promise about pushes, lines and sessions, to test the checks.
import type { PromiseId } from './promises.ts'
import { entryOf, selfCheckSays, sql, type Case } from './wrong.ts'

export const wrongInside = {
  P1: [
    {
      what: 'a push that was answered is not in the inbox',
      make: sql("delete from inbox where dedup_key = 'm:2'"),
      told: /push 2 was answered and is not stored/,
    },
    {
      what: 'its line is missing',
      make: sql("delete from message_data where message_id = 'l2'"),
      told: /fA0 2" was answered, and there is no line of it/,
    },
    {
      what: 'its line is another follower’s',
      make: sql("update message_data set customer_wx_openid = 'o2' where message_id = 'l2'"),
      told: /fA0 2" was answered, and there is no line of it/,
    },
  ],
  P2: [
    {
      what: 'a line is stored twice',
      make: sql(
        "insert into message_data values ('l9', 's2', '《甲》 fA0 3', 2, 2, 'o2', null, null)",
      ),
      told: /fA0 3" is stored 2 times/,
    },
    {
      what: 'a push has two rows in the inbox',
      make: sql("insert into inbox values ('m:2')"),
      told: /push m:2 has 2 rows in the inbox/,
    },
    {
      what: 'a line is stored that nobody pushed',
      make: sql(
        "insert into message_data values ('l9', 's2', '《甲》 fA0 9', 2, 2, 'o2', null, null)",
      ),
      told: /fA0 9" of o2 was never pushed/,
    },
  ],
  P4: [
    {
      what: 'a push is taken, and answered after 4.6 s',
      make: (day) => (entryOf(day, 'push').detail.attempts[0].ms = 4600),
      told: /push 3 was answered after 4600 ms/,
    },
    {
      what: 'a push is not answered, and nothing was struck',
      make: (day) =>
        entryOf(day, 'push').detail.attempts.unshift({
          status: null,
          ms: 5001,
          outcome: 'timeout',
        }),
      told: /push 3 was answered after 5001 ms, or never/,
    },
  ],
  P5: [
    {
      what: 'the later line stands first',
      make: sql("update message_data set seq = 3 - seq where message_id in ('l1', 'l2')"),
      told: /fA0 2" stands before ".* fA0 1"/,
    },
    {
      what: 'the later line stands in an earlier session',
      make: sql("update message_data set session_id = 's2', seq = 2 where message_id = 'l2'"),
      told: /fA0 2" stands before ".* fA0 1"/,
    },
    {
      what: 'a number is left out',
      make: sql("update message_data set seq = 9 where message_id = 'r2'"),
      told: /the lines of session s1 have a gap/,
    },
  ],
  P6: [
    {
      what: 'a follower has two open sessions',
      make: sql("update message_session set wx_user_id = 'u1', state = 3 where session_id = 's2'"),
      told: /customer u1 has two open sessions/,
    },
  ],
  P7: [
    {
      what: 'the self-check counts otherwise',
      make: selfCheckSays('P7', 'session s1: its lines are not what it counts'),
      told: /^session s1: its lines are not what it counts$/,
    },
    {
      what: 'the self-check finds another load',
      make: selfCheckSays('load', 'agent 11 has 2 sessions and is counted 1'),
      told: /^agent 11 has 2 sessions and is counted 1$/,
    },
  ],
  P8: [
    {
      what: 'a step is missing in the ledger',
      make: sql("delete from session_ledger where session_id = 's1' and n = 1"),
      told: /session s1: step 1 is missing/,
    },
    {
      what: 'a step begins where the last did not end',
      make: sql("update session_ledger set from_state = 2 where session_id = 's2' and n = 3"),
      told: /session s2: step 3 begins elsewhere/,
    },
    {
      what: 'a fence falls',
      make: sql("update session_ledger set fence = 0 where session_id = 's2' and n = 3"),
      told: /session s2: the fence fell at step 3/,
    },
    {
      what: 'two owners have one fence',
      make: sql("update session_ledger set uid = 12 where session_id = 's2' and n = 3"),
      told: /session s2: two owners with one fence at step 3/,
    },
    {
      what: 'the ledger ends elsewhere',
      make: sql("update message_session set uid = 12 where session_id = 's1'"),
      told: /session s1: its ledger ends elsewhere/,
    },
    {
      what: 'somebody claims what somebody has',
      make: sql(
        "insert into session_ledger values ('s1', 3, 1, 1, 2, 12, 'claimed', 0)",
        "update message_session set uid = 12, fence = 2 where session_id = 's1'",
      ),
      told: /session s1: step 3 claims what somebody has/,
    },
    {
      what: 'somebody was told to have what no ledger says',
      make: (day) => (entryOf(day, 'claim').detail.agentUid = 12),
      told: /12 was told to have s1 with fence 1; no ledger knows/,
    },
    {
      what: 'two were told to have the same',
      make: (day) => {
        const claim = entryOf(day, 'claim')
        day.entries.push({ ...claim, detail: { ...claim.detail, agentUid: 12 } })
      },
      told: /11 and 12 were told to have s1 with fence 1/,
    },
  ],
  P9: [
    {
      what: 'a reply is taken after somebody else was told to have the session',
      make: (day) => {
        const [claim, first] = [entryOf(day, 'claim'), entryOf(day, 'reply')]
        const moved = { id: 's1', fence: 2, agentUid: 12 }
        day.entries.push({ ...claim, op: 'transfer', detail: moved, end: first.begin - 1 })
      },
      told: /pA1-1 was taken with fence 1 after 2/,
    },
  ],
} satisfies Partial<Record<PromiseId, Case[]>>
