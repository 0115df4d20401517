// Faults with sessions: there must be one owner, and every change must be recorded.
import type { Fault } from '../fault.ts'

const claimSession = 'src/actions/sessions/claim-session.ts'
const sessions = 'src/store/queries/sessions.ts'

export const sessionFaults: Fault[] = [
  {
    name: 'naive-claim',
    means: 'A claim believes what it read before it had the lock.',
    file: claimSession,
    find: 'const { customer, session } = await lockSeen(unit, seen)',
    put: 'const { customer } = await lockSeen(unit, seen); const session = seen',
    also: [
      {
        file: sessions,
        find: '{ session_id: id, state: queued, lane }',
        put: '{ session_id: id }',
      },
    ],
    edition: 'cluster',
    caughtBy: ['flows/claims: if 20 agents claim the same session at once, exactly'],
  },
  {
    name: 'greeting-not-counted',
    means: 'A claim does not write what its greeting has counted.',
    file: 'src/actions/transition/write-step.ts',
    find: 'if (hasNewLines) unit.sessions.touch([session])',
    put: 'if (hasNewLines && claimedFrom === undefined) unit.sessions.touch([session])',
    caughtBy: ['flows/greetings: after a session was'],
  },
  {
    name: 'capacity-looked-at-before',
    means: 'Room is looked for first and taken later, so that two may take the last place.',
    file: 'src/store/queries/agent-loads.ts',
    find: 'where uid = ? and `load` < capacity',
    put: 'where uid = ?',
    caughtBy: ['flows/claims: an agent with room for one who claims 20 sessions at'],
  },
  {
    name: 'stale-fence-taken',
    means: 'A write that names the fence of a former owner is taken.',
    file: 'rules/session/session.ts',
    find: "if (fence !== undefined && fence !== session.fence) return 'session_moved'\n  if (session.uid === me.uid)",
    put: 'if (session.uid === me.uid)',
    caughtBy: ['flows/replies: a write to a session with an outdated fence is refused'],
  },
  {
    name: 'missed-vanishes-when-read',
    means: 'A missed session is off the list as soon as somebody has read it.',
    file: 'src/actions/sessions/read-up-to.ts',
    find: '    if (unread >= session.unread) return { session, changed: false }\n',
    put: '    if (isMissed) await unit.missed.dismiss(me.companyId, sessionId)\n    if (unread >= session.unread) return { session, changed: false }\n',
    caughtBy: ['flows/timers: a missed session stays in the list, whoever looks at'],
  },
  {
    name: 'missed-cannot-be-contacted',
    means: 'Whoever sees a missed session cannot write to its customer.',
    file: 'src/actions/sessions/missed.ts',
    find: 'if (await sees(unit, me, missed)) return true',
    put: 'if (missed.uid === me.uid) return true',
    caughtBy: ['flows/timers: a missed customer can be written to by whoever sees'],
  },
  {
    name: 'supervisor-shut-out-of-the-queue',
    means: 'A supervisor cannot write into a session that nobody has claimed.',
    file: 'rules/session/session.ts',
    find: "return me.supervises ? null : 'not_owner'",
    put: "return me.supervises && session.state !== queued ? null : 'not_owner'",
    caughtBy: ['flows/replies: a supervisor writes in a queued session: the customer'],
  },
  {
    name: 'group-chat-goes-on',
    means: 'Who is given a group chat has its members, too.',
    file: 'src/actions/transition/write-step.ts',
    find: 'if (endsGroup(moved)) unit.members.leaveAll(session.session_id, ledger.at)',
    put: 'if (!moved) unit.members.leaveAll(session.session_id, ledger.at)',
    caughtBy: ['flows/group-chat: a group chat closes like any session, its members can'],
  },
  {
    name: 'load-not-lowered',
    means: 'Whoever closes a session keeps its place.',
    file: 'src/actions/transition/write-step.ts',
    find: 'if (by < 0) unit.loads.lower(uid)',
    put: 'if (by < 0 && moved.session.state !== -1) unit.loads.lower(uid)\n    else if (by < 0) await Promise.resolve()',
    caughtBy: ['flows/story: a follower is answered by an agent, reclaimed after ten'],
  },
  {
    name: 'transition-without-ledger',
    means: 'A change of owner leaves no row in the ledger.',
    file: 'src/actions/transition/write-step.ts',
    find: 'unit.sessions.writeLedger([ledger])',
    put: "if (ledger.reason !== 'transferred') unit.sessions.writeLedger([ledger])",
    caughtBy: ["flows/transfer: a transfer to a person keeps the session's id, waits"],
  },
  {
    name: 'line-forgets-its-offset',
    means: 'A line of a customer is not counted on their side.',
    file: sessions,
    find: "        'visitor_offset',\n",
    put: '',
    caughtBy: ['flows/pushes: 50 simultaneous pushes of one new follower open one'],
  },
]
