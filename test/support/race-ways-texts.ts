// The variants in which calls about receptions, platforms, quick replies and rules are made in a
// race.
import type { RaceWay } from './race-act.ts'
import {
  at,
  gone,
  keys,
  made,
  quickReplyBody,
  ruleBody,
  ruleFor,
  toGroup,
  undoes,
  wholeReply,
  wholeRule,
} from './race-claims.ts'

export const textWays: Record<string, RaceWay[]> = {
  'POST /api/receptions': [
    {
      unique: 'scene',
      kinds: ['account'],
      body: ({ word, account: { id: accountId } }, n) => ({
        accountId,
        scene: `s${word}`,
        name: `n${n}`,
        qr: false,
      }),
      claims: made('/api/receptions'),
    },
    {
      name: 'for the group',
      kinds: ['group'],
      body: (scene, n) => ({
        accountId: scene.account.id,
        scene: `g${n}${scene.word}`,
        name: 'n',
        qr: false,
        kind: 'group',
        groupId: toGroup(scene),
      }),
      claims: made('/api/receptions'),
    },
  ],
  'PATCH /api/receptions/:id': [
    {
      name: 'to the group',
      kinds: ['group'],
      body: (scene) => ({ kind: 'group', groupId: toGroup(scene) }),
    },
  ],
  'DELETE /api/receptions/:id': [{ claims: gone('receptions'), undoes: undoes('receptions') }],
  'POST /api/platforms': [
    {
      unique: 'platform',
      body: ({ word }) => ({ ...keys, componentAppid: `wx${word}` }),
      claims: made('/api/platforms', 'operator', 'componentAppid'),
    },
  ],
  'POST /api/quick-replies': [
    {
      kinds: ['reply group'],
      by: 'chief',
      body: ({ ids }, n) => ({
        ...quickReplyBody(n),
        scope: 'shared',
        groupId: ids.paths['quick-reply-groups'],
      }),
      claims: made('/api/quick-replies'),
    },
  ],
  'PUT /api/quick-replies/:id': [
    { body: (_, n) => quickReplyBody(n), claims: (scene, _, n) => wholeReply(scene, n) },
    {
      name: 'into the group',
      kinds: ['reply group'],
      body: ({ ids }, n) => ({ ...quickReplyBody(n), groupId: ids.paths['quick-reply-groups'] }),
      claims: (scene, _, n) => wholeReply(scene, n),
    },
  ],
  'DELETE /api/quick-replies/:id': [
    { claims: gone('quick-replies'), undoes: undoes('quick-replies') },
  ],
  'POST /api/quick-replies/:id/use': [{}],
  'POST /api/quick-reply-groups': [
    { by: 'chief', body: (_, n) => ({ name: `g${n}`, scope: 'shared' }) },
  ],
  'DELETE /api/quick-reply-groups/:id': [
    {
      kinds: ['reply'],
      claims: gone('quick-reply-groups'),
      undoes: undoes('quick-reply-groups'),
    },
  ],
  'POST /api/rules': [
    { body: (scene, n) => ruleFor(scene, n), claims: made('/api/rules') },
    {
      name: 'for the group',
      kinds: ['group'],
      body: (scene, n) => ruleBody(`g${n}`, { action: { kind: 'group', groupId: toGroup(scene) } }),
      claims: made('/api/rules'),
    },
  ],
  'PUT /api/rules/:id': [
    { body: (scene, n) => ruleFor(scene, n), claims: (scene, _, n) => wholeRule(scene, n) },
    {
      name: 'to the group',
      kinds: ['group'],
      body: (scene) => ruleBody('g', { action: { kind: 'group', groupId: toGroup(scene) } }),
      undoes: (scene) => [at(scene, 'rules', '#whole')],
    },
  ],
  'DELETE /api/rules/:id': [{ claims: gone('rules'), undoes: undoes('rules') }],
  'POST /api/rules/import': [
    {
      body: (scene, n) => ({ rules: [{ ...ruleFor(scene, n), id: scene.ids.paths['rules'] }] }),
      undoes: (scene) => [at(scene, 'rules', '#whole')],
    },
    {
      name: 'instead of all',
      kinds: ['group'],
      body: (scene) => ({
        mode: 'replace',
        rules: [ruleBody('all', { action: { kind: 'group', groupId: toGroup(scene) } })],
      }),
      undoes: () => ['/api/rules'],
    },
  ],
  'POST /api/rules/replay': [
    {
      kinds: ['rule'],
      spoils: ['replay'],
      body: () => ({ rules: [], from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }),
    },
  ],
}
