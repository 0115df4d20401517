// Ways to break each promise about replies, timers and who sees what, to test the checks.
import { openDraw } from '../random.ts'
import { work } from './agents.ts'
import type { FirmPerson } from './companies.ts'
import { follow } from './followers.ts'
import type { MadeUp } from './made-up.ts'
import type { PromiseId } from './promises.ts'
import {
  becomes,
  clientOf,
  entryOf,
  selfCheckSays,
  sql,
  strike,
  unknown,
  type Case,
} from './wrong.ts'

export const wrongOutside = {
  P10: [
    {
      what: 'a reply that was accepted is not there',
      make: sql("delete from message_data where message_id = 'r2'"),
      told: /reply r2 was accepted and is not there/,
    },
    {
      what: 'a reply that was accepted stands in no outbox',
      make: sql("delete from outbox where outbox_id = 'r2'"),
      told: /reply r2 was accepted and is not there/,
    },
    ...['pending', 'sending'].map((state) => ({
      what: `a reply is ${state} for ever`,
      make: sql(becomes(state)),
      told: new RegExp(`reply r2 \\(api\\) is ${state} 120 s after the last strike`),
    })),
    {
      what: 'a reply is called sent and did not arrive',
      make: ({ sent }) => sent.pop(),
      told: /pA1-2" is sent and reached the follower 0 times/,
    },
  ],
  P11: [
    {
      what: 'a reply arrives twice',
      make: ({ sent }) => sent.push({ ...sent[1], n: 3 }),
      told: /pA1-2" is sent and reached the follower 2 times/,
    },
    {
      what: 'a reply is called failed and arrived',
      make: sql(becomes('failed')),
      told: /pA1-2" is failed and reached the follower 1 times/,
    },
  ],
  P12: [
    { what: 'a reply is unknown, and its answer came', make: unknown, told: /reply r2 \(api\)/ },
    {
      what: 'WeChat said what became of it',
      make: (day) => {
        unknown(day)
        Object.assign(day.sent[1] as object, { fault: 'errcode', errcode: 45047, delivered: false })
      },
      told: /reply r2 \(api\) is unknown, and nothing was struck/,
    },
    {
      what: 'a process had died before it was accepted',
      make: (day) => {
        day.sent.pop()
        unknown(day)
        strike(day, 'kill', 30_000)
      },
      told: /reply r2 \(api\) is unknown, and nothing was struck/,
    },
    ...(['deadRedis', 'silent'] as const).map((kind) => ({
      what: `what was struck (${kind}) had nothing to do with it`,
      make: (day: MadeUp) => {
        unknown(day)
        strike(day, kind, 100)
      },
      told: /reply r2 \(api\) is unknown, and nothing was struck/,
    })),
  ],
  P13: [
    {
      what: 'the later reply leaves first',
      make: ({ sent }) => {
        for (const one of sent) one.n = 3 - (one.n ?? 0)
      },
      told: /pA1-2" left before ".* pA1-1"/,
    },
  ],
  P14: [
    {
      what: 'a double click is answered with two messages',
      make: (day) => (entryOf(day, 'reply', 2).detail.messageId = 'r1'),
      told: /pA1-2 was answered with several messages/,
    },
    {
      what: 'what one person wrote once is stored twice',
      make: sql("update message_data set client_key = 'pA1-1' where message_id = 'r2'"),
      told: /u:11 pA1-1 is stored 2 times/,
    },
  ],
  P15: [
    {
      what: 'the index differs',
      make: selfCheckSays('P15', '1 sessions stand elsewhere in the index for more than 5 s'),
      told: /^1 sessions stand elsewhere in the index for more than 5 s$/,
    },
  ],
  P18: [
    {
      what: 'a slot has another run than before',
      then: sql("update job_run set token = 'other' where job = 'assign' and slot = '0'"),
      told: /the slot assign 0 was run twice/,
    },
    {
      what: 'a job stands still',
      then: sql("delete from job_run where job = 'assign' and slot = '1'"),
      told: /the job assign has not run 120 s after the last strike/,
    },
  ],
  P19: [
    {
      what: 'a timer fires a minute early',
      make: sql("update session_ledger set at = at - 60000 where reason = 'idle'"),
      told: /session s2 was ended \(idle\) after 9\.0 min/,
    },
    ...[
      [
        'a conversation',
        '1',
        'assigned_at = add_time, receive_message_time = add_time, send_time = null',
      ],
      [
        'whoever waits for an agent',
        '0',
        'assigned_at = add_time, receive_message_time = add_time',
      ],
      ['whoever is queued', '3', 'queued_at = add_time, receive_message_time = add_time'],
    ].map(([who, state, times]) => ({
      what: `${who} is forgotten`,
      make: sql(
        `update message_session set state = ${state}, add_time = add_time - 1800000 where session_id = 's1'`,
        `update message_session set ${times} where session_id = 's1'`,
      ),
      told: new RegExp(`session s1 \\(${state}\\) should have ended 120 s after`),
    })),
  ],
  P22: [
    {
      what: 'an answer shows a word of the other company',
      make: (day) => (day.answers['/api/settings'] = { greeting: '《乙》 您好' }),
      told: /admin of A was shown the other's: GET \/api\/settings/,
    },
    {
      what: 'a follower is answered by the other company',
      make: async (day) => {
        day.answers['/sim/followers/o1/send'] = { tries: [], reply: '《乙》 九点到六点' }
        const { firms } = day.facts
        await follow(clientOf(day), firms.A, [{ appid: 'wx1', openid: 'o1' }])()
      },
      told: /a follower of A was answered by the other/,
    },
    {
      what: 'a session of the other company is shown',
      make: async (day) => {
        const { A } = day.facts.firms
        const me = {
          ...A.admin,
          username: 'A1',
          isEnabled: true,
          isSupervisor: false,
        } as FirmPerson
        const draw = { ...openDraw(1), weighed: () => 'probe' as never, below: () => 0 }
        const other = { ...day.facts.firms.B, sessions: ['s7'] }
        await work({ ...clientOf(day), draw }, { firm: A, other }, me)()
      },
      told: /GET \/api\/sessions\/s7 answers 200/,
    },
  ],
  served: [
    {
      what: 'a call fails with 500',
      make: (day) => (entryOf(day, 'claim').detail.status = 500),
      told: /claim .* is answered with 500/,
    },
    {
      what: 'a push fails with 500',
      make: (day) => entryOf(day, 'push').detail.attempts.unshift({ status: 500, ms: 40 }),
      told: /push o2 is answered with 500/,
    },
  ],
} satisfies Partial<Record<PromiseId, Case[]>>
