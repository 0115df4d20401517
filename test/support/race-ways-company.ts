// The variants in which calls about people, groups, accounts and companies are made in a race.
import { password } from './app.ts'
import type { RaceWay } from './race-act.ts'
import {
  at,
  fieldsOf,
  gone,
  keys,
  made,
  personAt,
  presenceIs,
  read,
  row,
  taken,
  toGroup,
} from './race-claims.ts'
import { inGroup } from './race-fields.ts'
import { callTo, fire } from './race-stage.ts'

export const companyWays: Record<string, RaceWay[]> = {
  'POST /api/login': [
    {
      undoes: () => ['presence'],
      body: ({ people }) => ({ username: people.owner.username, password }),
      claims: (scene, { body }) => [
        {
          of: 'its sign-in holds',
          want: 200,
          get: async () => {
            const call = callTo('GET /api/me')
            const people = {
              ...scene.people,
              owner: { ...scene.people.owner, token: body.token as string },
            }
            return (await fire({ ...scene, people }, 1, { by: 'owner', call })).status
          },
        },
      ],
    },
  ],
  'POST /api/logout': [{ undoes: () => ['presence'], spoils: ['owner'] }],
  'POST /api/me/password': [
    {
      body: (_, n) => ({ oldPassword: password, newPassword: `a wholly new one ${n}` }),
      endsLogins: true,
      spoils: ['owner'],
    },
  ],
  'PUT /api/me/greeting': [
    {
      body: (_, n) => ({ text: `您好${n}` }),
      claims: (scene, _, n) => [
        {
          of: 'greeting',
          want: `您好${n}`,
          get: async () =>
            (
              await row(scene, 'select greeting from user where uid = ?', [scene.people.owner.uid])
            )?.['greeting'],
        },
      ],
    },
  ],
  'PUT /api/me/presence': [
    { kinds: ['session'], body: () => ({ status: 'away' }), claims: presenceIs('away') },
  ],
  'POST /api/companies': [
    {
      unique: 'name',
      kinds: ['person'],
      body: ({ word }) => ({ name: word, admin: { username: `name${word}`, password } }),
      claims: made('/api/companies', 'operator'),
    },
  ],
  'PATCH /api/companies/:id': [
    {
      name: 'disable',
      body: () => ({ enabled: false }),
      kinds: ['person', 'session'],
      endsLogins: true,
      spoils: ['company', 'owner', 'other', 'settings'],
    },
  ],

  'POST /api/accounts': [
    {
      unique: 'appid',
      kinds: ['company'],
      body: ({ word }, n) => ({ ...keys, appid: `wx${word}`, name: `n${n}`, mode: 'plain' }),
      claims: made('/api/accounts'),
    },
  ],
  'PATCH /api/accounts/:id': [
    {
      name: 'unbind',
      kinds: ['session'],
      body: () => ({ binding: 'unbound' }),
      spoils: ['account'],
    },
  ],
  'PUT /api/accounts/:id/identities/:uid': [
    {
      kinds: ['person'],
      body: ({ word, account: { appid } }, n) => ({
        kfAccount: `r${word.slice(-4)}${n}@gh_${appid}`,
        nickname: `n${n}`,
      }),
      claims: (scene, { body }) => [
        {
          of: 'the name followers see',
          want: true,
          get: async () => {
            const all = (await read(scene, at(scene, 'accounts', '/identities'))).items
            const { uid } = scene.people.owner
            const now = all.find((one: any) => one.uid === uid)?.kfAccount
            const mine = body.items.find((one: any) => one.uid === uid)?.kfAccount
            return now === mine || typeof now === 'string'
          },
        },
      ],
      undoes: () => [],
    },
  ],
  'DELETE /api/accounts/:id': [
    {
      kinds: ['session', 'reception', 'company'],
      claims: gone('accounts'),
      undoes: (scene) => [at(scene, 'accounts'), 'the name followers see', 'person accounts'],
      spoils: ['account', 'owner', 'other'],
    },
  ],
  'POST /api/users': [
    { unique: 'name', kinds: ['company', 'account'], body: taken('name') },
    { name: 'into the group', kinds: ['group'], body: (scene) => inGroup(scene) },
  ],
  'PATCH /api/users/:uid': [
    {
      name: 'disable',
      kinds: ['session', 'company', 'group'],
      body: () => ({ enabled: false, sessionsTo: 'queue' }),
      claims: (scene) => [
        ...fieldsOf({ enabled: false }, personAt(scene), () => read(scene, personAt(scene))),
      ],
      undoes: () => ['presence'],
      endsLogins: true,
      spoils: ['owner'],
    },
    {
      name: 'disable the other',
      kinds: ['session'],
      make: ({ ask, people }) =>
        ask('boss', `PATCH /api/users/${people.other.uid}`, {
          enabled: false,
          sessionsTo: people.owner.uid,
        }),
      spoils: ['other'],
    },
    {
      name: 'new password',
      body: () => ({ password: 'a wholly new one' }),
      endsLogins: true,
      undoes: () => ['presence'],
      spoils: ['owner'],
    },
    {
      name: 'take the account away',
      kinds: ['session'],
      body: () => ({ accountIds: [] }),
      spoils: ['rights'],
    },
    {
      name: 'a name that others want',
      unique: 'name',
      body: ({ word }) => ({ username: `name${word}` }),
      spoils: ['rights'],
    },
  ],
  'POST /api/groups': [
    {
      body: (scene, n) => ({ name: `g${n}`, parentId: toGroup(scene) }),
      claims: made('/api/groups'),
    },
  ],
  'DELETE /api/groups/:id': [
    {
      kinds: ['session', 'person', 'reception', 'rule', 'company'],
      claims: gone('groups'),
      undoes: (scene) => [at(scene, 'groups'), 'names the group'],
    },
  ],
  'PATCH /api/groups/:id': [
    { kinds: ['person'], undoes: (scene) => [`${at(scene, 'groups')}#name`] },
  ],
}
