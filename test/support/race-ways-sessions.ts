// The variants in which calls about sessions, their lines and customers are made in a race.
import type { RaceWay } from './race-act.ts'
import {
  sessionEnded,
  lineThere,
  read,
  row,
  sessionAt,
  toGroup,
  ledgerSaysSo,
} from './race-claims.ts'
import { callTo, fire } from './race-stage.ts'

export const sessionWays: Record<string, RaceWay[]> = {
  'POST /api/reclaims/undo': [{}],
  'POST /api/sessions/claim': [
    { claims: (scene, answer) => (answer.status === 200 ? ledgerSaysSo(scene, answer) : []) },
    {
      name: 'with room for one',
      by: 'small',
      claims: (scene, answer) => (answer.status === 200 ? ledgerSaysSo(scene, answer) : []),
    },
  ],
  'POST /api/sessions/:id/claim': [
    { claims: ledgerSaysSo },
    { name: 'by the owner', by: 'owner', claims: ledgerSaysSo },
    { name: 'with room for one', by: 'small', claims: ledgerSaysSo },
    {
      name: 'another, with room for one',
      from: 'queued',
      make: async (scene, n) => {
        const path = `/api/sessions/${scene.beside?.sessionId ?? ''}/claim`
        return fire(scene, n, { by: 'small', call: callTo(`POST ${path}`, {}) })
      },
      claims: ledgerSaysSo,
    },
  ],
  'POST /api/sessions/:id/accept': [{ claims: ledgerSaysSo }],
  'POST /api/sessions/:id/close': [
    { claims: sessionEnded },
    { name: 'by a supervisor', by: 'chief', from: 'queued', claims: sessionEnded },
    { name: 'dropping what waits', body: () => ({ pending: 'drop' }), claims: sessionEnded },
  ],
  'POST /api/sessions': [
    { claims: ledgerSaysSo },
    { name: 'by the owner', by: 'owner', claims: ledgerSaysSo },
  ],
  'POST /api/sessions/:id/transfer': [
    { claims: ledgerSaysSo, body: ({ people }) => ({ agentUid: people.other.uid, note: '请接' }) },
    {
      name: 'to the group',
      kinds: ['group'],
      body: (scene) => ({ groupId: toGroup(scene) }),
      claims: ledgerSaysSo,
    },
    {
      name: 'to somebody with room for one',
      body: ({ people }) => ({ agentUid: people.small.uid }),
      claims: ledgerSaysSo,
    },
  ],
  'POST /api/sessions/:id/takeover': [{ claims: ledgerSaysSo }],
  'POST /api/sessions/:id/members': [
    { body: ({ people }) => ({ uids: [people.other.uid] }) },
    { name: 'another', from: 'group', body: ({ people }) => ({ uids: [people.small.uid] }) },
  ],
  'DELETE /api/sessions/:id/members': [
    { from: 'group', body: ({ people }) => ({ uids: [people.other.uid] }) },
    {
      name: 'leave',
      by: 'other',
      from: 'group',
      body: ({ people }) => ({ uids: [people.other.uid] }),
    },
  ],
  'POST /api/sessions/:id/notes': [
    { claims: lineThere },
    {
      name: 'with a key',
      body: ({ word }) => ({ text: '记', clientMsgId: word }),
      claims: lineThere,
    },
  ],
  'POST /api/sessions/:id/dismiss': [{}],
  'POST /api/sessions/:id/grade': [
    {
      body: (_, n) => ({ grade: 1 + n, text: `g${n}` }),
      claims: (scene, _, n) => [
        {
          of: 'grade',
          want: [1 + n, `g${n}`],
          get: async () => {
            const { grade } = await read(scene, sessionAt(scene))
            return [grade?.grade, grade?.text]
          },
        },
      ],
    },
  ],
  'POST /api/sessions/:id/watch': [
    {
      claims: (scene, { body }) => [
        {
          of: 'watched',
          want: true,
          get: async () => {
            const query = 'select watched_until from message_session where session_id = ?'
            const seen = await row(scene, query, [scene.ids.paths['sessions'] ?? ''])
            return Number(seen?.['watched_until']) >= Date.parse(body.until as string)
          },
        },
      ],
    },
  ],
  'POST /api/sessions/:id/messages': [
    { claims: lineThere },
    {
      name: 'with a key',
      body: ({ word }) => ({ clientMsgId: word, type: 'text', text: '一次' }),
      claims: lineThere,
    },
    { name: 'by a member', by: 'other', from: 'group', claims: lineThere },
  ],
  'POST /api/messages/:id/resend': [{ claims: lineThere }],
  'POST /api/messages/:id/resolve': [{ body: (_, n) => ({ delivered: n === 0 }) }],
  'POST /api/media': [{}],
}
