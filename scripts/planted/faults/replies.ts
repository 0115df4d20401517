// Faults with replies: each must be sent once and in order, and never be shown as sent when that is
// unknown.
import type { Fault } from '../fault.ts'

const deliver = 'src/actions/messages/deliver.ts'
const outbox = 'src/store/queries/outbox.ts'

export const replyFaults: Fault[] = [
  {
    name: 'unknown-is-sent-again',
    means: 'An answer that was lost makes a reply pending again.',
    file: deliver,
    find: "return { state: 'unknown', errcode: null, why: null, giveBack: false }",
    put: "return { state: 'pending', errcode: null, why: null, giveBack: false }",
    caughtBy: ['flows/replies: a reply whose answer from WeChat is lost ('],
  },
  {
    name: 'expired-lease-is-sent-again',
    means: 'A lease that runs out makes a reply pending again.',
    file: outbox,
    find: "update outbox set state = 'unknown', settled_at = ?",
    put: "update outbox set state = 'pending', settled_at = ?",
    caughtBy: ['faults/wire: after kill -9 while WeChat has a message and has not'],
  },
  {
    name: 'outcome-forgotten',
    means: 'What became of a reply is forgotten when the database is away just then.',
    file: deliver,
    find: "if (!isAppError(error, 'store_away') || ending.aborted) throw error",
    put: "if (!isAppError(error, 'store_away') || !ending.aborted) throw error",
    edition: 'cluster',
    caughtBy: ['cluster/dead-wire: a reply that is sent while the database goes away is'],
  },
  {
    name: 'lease-not-renewed',
    means: 'A lease ends while its holder still sends.',
    file: 'src/actions/messages/leases.ts',
    find: 'if (renewing || some.length === 0) return',
    put: 'if (some.length >= 0) return',
    caughtBy: ['flows/leases: a reply whose delivery takes longer than its lease is'],
  },
  {
    name: 'sends-without-lease',
    means: 'Whoever has lost the lease sends all the same.',
    file: deliver,
    find: 'if (!(await lease.isHeld())) return leaseLost',
    put: 'if (!(await lease.isHeld()) && !account) return leaseLost',
    caughtBy: ['flows/leases: a process that loses the lease before sending does not'],
  },
  {
    name: 'settles-what-others-settled',
    means: 'A sender that lost its lease settles what a person has settled meanwhile.',
    file: deliver,
    find: "if (held?.lease_token !== token || !['sending', 'unknown'].includes(held.state)) return []",
    put: 'if (!held) return []',
    also: [
      {
        file: deliver,
        find: "const unsettled = ['sending', 'unknown']",
        put: "const unsettled = ['sending', 'unknown', 'failed', 'sent']",
      },
      {
        file: outbox,
        find: "where outbox_id = ? and lease_token = ? and state in ('sending', 'unknown')",
        put: 'where outbox_id = ? and ? is not null',
      },
    ],
    caughtBy: ['flows/leases: what a person decided about a reply stays, whatever its'],
  },
  {
    name: 'two-in-flight',
    means: 'The next line of a follower leaves while the one before it is on its way.',
    file: outbox,
    find: "p.n < o.n and p.state in ('pending', 'sending'))",
    put: "p.n < o.n and p.state in ('pending'))",
    also: [
      {
        file: deliver,
        find: 'inflightKey: openKey(customer),',
        put: 'inflightKey: seen.outbox_id,',
      },
      {
        file: 'src/actions/messages/sender.ts',
        find: 'keyOf: (row) => row.wx_user_id,',
        put: 'keyOf: (row) => row.outbox_id,',
      },
    ],
    caughtBy: ['flows/leases: a reply whose delivery takes longer than its lease is'],
  },
  {
    name: 'budget-not-given-back',
    means: 'A reply that WeChat refused is taken from what the follower gave.',
    file: deliver,
    find: "return { state: 'failed', errcode: delivery.errcode, why: delivery.meaning, giveBack: true }",
    put: "return { state: 'failed', errcode: delivery.errcode, why: delivery.meaning, giveBack: false }",
    caughtBy: ['flows/replies: a reply that WeChat refuses is failed with the meaning'],
  },
  {
    name: 'one-bound-for-all-accounts',
    means: 'A process has so many sends at once, whichever accounts they are of.',
    file: 'src/actions/messages/sender.ts',
    find: 'const lines = { perAccount: 8, first: 4, atOnce: 64, most: 512,',
    put: 'const lines = { perAccount: 8, first: 4, atOnce: 8, most: 8,',
    caughtBy: ['flows/slow-account: while WeChat hangs for fifty accounts, replies of another'],
  },
  {
    name: 'slow-account-takes-all',
    means: 'An account that hangs may have as many sends under way as it likes.',
    file: 'src/actions/shares.ts',
    find: 'const may = isSlow(share) ? 1 : share.may',
    put: 'const may = limits.most',
    caughtBy: ['flows/slow-account: while WeChat hangs for one account, replies of other'],
  },
  {
    name: 'lost-race-counts-as-quick',
    means: 'A row that another process took counts as a quick answer of WeChat.',
    file: 'src/actions/shares.ts',
    find: 'if (wasCalled) judge(share, call)',
    put: 'judge(share, call)',
    caughtBy: ['flows/slow-account: what another process has taken does not make a hanging'],
  },
  {
    name: 'hanging-call-holds-its-account',
    means: 'While one call of an account hangs, none of its others begins.',
    file: 'src/actions/shares.ts',
    find: 'const mostLate = 2',
    put: 'const mostLate = 1',
    caughtBy: ['flows/slow-account: while one call of an account hangs, replies to its'],
  },
  {
    name: 'resend-key-of-an-agent',
    means: "An agent's clientMsgId may take the place of a resend.",
    file: 'src/actions/messages/resend-message.ts',
    find: 'clientMsgId: `resend ${id}`,',
    put: 'clientMsgId: `resend:${id}`,',
    caughtBy: ['flows/replies: no clientMsgId that an agent can choose collides with'],
  },
  {
    name: 'reply-after-the-window',
    means: 'A reply is stored though WeChat takes none any more.',
    file: 'src/actions/messages/send-reply.ts',
    find: 'const refusal = mayReply(customer, needs.clock.now(), reserve)',
    put: 'const refusal = reserve ? mayReply(customer, needs.clock.now(), reserve) : null',
    caughtBy: ['flows/replies: a reply outside the reply window is not stored, and the'],
  },
  {
    name: 'mini-program-answered-in-the-push',
    means:
      'A rule answers the customer of a mini program in the answer to the push, which takes none.',
    file: 'src/actions/push/decide/answer.ts',
    find: ' && !isMiniProgram(push.account)) {',
    put: ') {',
    caughtBy: ['flows/third-party: a mini program that authorises our platform is'],
  },
]
