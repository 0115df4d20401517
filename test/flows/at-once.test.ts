// Two people change the same thing at the same time: each change is kept or refused, none undoes
// another, and limits and unique keys hold. In the cluster edition the test holds a lock so that
// both calls have read the data before either writes.
import assert from 'node:assert/strict'
import test from 'node:test'
import { noGroup } from '../../rules/session/group-tree.ts'
import { mostRules, rowOf } from '../../src/actions/rules/save-rule.ts'
import {
  testAccount,
  openHouse,
  password,
  post,
  signIn,
  type Actor,
  type House,
} from '../support/app.ts'
import { times } from '../support/full.ts'
import { holdRows } from '../support/obstacles.ts'
import { comesLater } from '../support/pauses.ts'
import { openDraw, seedOf } from '../support/random.ts'

const rounds = times(4, 60)
type Answer = { status: number; body: any }
type Ask = () => Promise<Answer>

/**
 * Makes calls at the same moment: they are started one after the other while the test locks the row
 * they need, and continue together.
 */
async function atOnce(house: House, row: [string, unknown[]], asks: Ask[]): Promise<Answer[]> {
  const held = await holdRows(house, ...row)
  const answers: Promise<Answer>[] = []
  for (const ask of asks) {
    answers.push(ask())
    await held.waiting(answers.length)
  }
  await held.letGo()
  return Promise.all(answers)
}

const userRow = (uid: number): [string, unknown[]] => ['select uid from user where uid = ?', [uid]]
const companyRow = (id: string): [string, unknown[]] => [
  'select company_id from company where company_id = ?',
  [id],
]
const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort()
const noFault = (answers: Answer[], what: string) => {
  for (const { status, body } of answers) {
    assert.ok(status < 500, `${what}: ${JSON.stringify(body)}`)
  }
}

/**
 * A client that calls as this person at the n-th process, so that clients with different `n`
 * alternate between the processes.
 */
const asking = (house: House, { token }: Actor, n: number) => ({
  call: async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(`${house.urls[n % house.urls.length]}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.json() }
  },
})

void test('disabling or demoting a person at the same moment as they change their password is not undone', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const draw = openDraw(seedOf())
  for (let n = 0; n < rounds; n += 1) {
    const person = await house.agent(`p${n}`, { role: 'supervisor' })
    const patch = draw.one([{ enabled: false }, { role: 'agent' }])
    const change: Ask = () => house.admin.call('PATCH', `/api/users/${person.uid}`, patch)
    const renew: Ask = () =>
      person.call('POST', '/api/me/password', {
        oldPassword: password,
        newPassword: 'a wholly new one',
      })
    const answers = await atOnce(house, userRow(person.uid), [change, renew])
    noFault(answers, 'changed at once')
    assert.equal(answers[0]?.status, 200)
    const after = (await house.admin.call('GET', `/api/users/${person.uid}`)).body
    if ('enabled' in patch) assert.equal(after.enabled, false, 'disabled')
    else assert.equal(after.role, 'agent', 'demoted')
  }
})

void test('if two admins disable or demote each other at the same moment, one of them remains an admin', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { companyId } = (await house.admin.call('GET', '/api/me')).body
  for (let n = 0; n < rounds; n += 1) {
    const [one, other] = [
      await house.agent(`one${n}`, { role: 'admin' }),
      await house.agent(`other${n}`, { role: 'admin' }),
    ]
    const patch = n % 2 === 0 ? { enabled: false } : { role: 'agent' }
    const answers = await atOnce(house, companyRow(companyId), [
      () => asking(house, one, 0).call('PATCH', `/api/users/${other.uid}`, patch),
      () => asking(house, other, 1).call('PATCH', `/api/users/${one.uid}`, patch),
    ])
    noFault(answers, 'each other')
    const left = await house.rows(
      "select uid from user where uid in (?, ?) and enabled = 1 and role = 'admin'",
      [one.uid, other.uid],
    )
    assert.equal(left.length, 1, JSON.stringify(answers))
  }
})

void test('two calls that change different fields of a person, group or account at the same moment both succeed', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const person = await house.agent('p')
  const group = (await house.admin.call('POST', '/api/groups', { name: 'g' })).body
  const above = (await house.admin.call('POST', '/api/groups', { name: 'above' })).body
  const shop = (await house.admin.call('GET', '/api/accounts')).body.items[0]
  const cases: [string, [string, unknown[]], object, object][] = [
    [`/api/users/${person.uid}`, userRow(person.uid), { name: 'new' }, { role: 'supervisor' }],
    [
      `/api/groups/${group.id}`,
      ['select user_group_id from user_group where user_group_id = ?', [group.id]],
      { name: 'new' },
      { parentId: above.id },
    ],
    [
      `/api/accounts/${shop.id}`,
      ['select account_id from official_account where account_id = ?', [shop.id]],
      { name: 'new' },
      { originalId: 'gh_new' },
    ],
  ]
  for (const [path, row, one, other] of cases) {
    const answers = await atOnce(house, row, [
      () => asking(house, house.admin, 0).call('PATCH', path, one),
      () => asking(house, house.admin, 1).call('PATCH', path, other),
    ])
    assert.deepEqual(statuses(answers), [200, 200], path)
    const items = path.includes('groups')
      ? (await house.admin.call('GET', '/api/groups')).body.items
      : [(await house.admin.call('GET', path)).body]
    const after = items.find((item: { name: string }) => item.name === 'new')
    assert.ok(after, path)
    for (const [name, value] of Object.entries({ ...one, ...other })) {
      assert.equal(after[name], value, `${path} ${name}`)
    }
  }
})

void test('a company that is disabled is not enabled again by settings saved at the same moment, and two settings saved at the same moment are both kept', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  for (let n = 0; n < rounds; n += 1) {
    const made = await house.admin.call('POST', '/api/companies', {
      name: `c${n}`,
      admin: { username: `boss${n}`, password },
    })
    const boss = await signIn(house.url, `boss${n}`)
    const both = await atOnce(house, companyRow(made.body.id), [
      () => asking(house, boss, 0).call('PATCH', '/api/settings', { reclaimDays: 7 }),
      () => asking(house, boss, 1).call('PATCH', '/api/settings', { fallbackMinutes: 5 }),
    ])
    assert.deepEqual(statuses(both), [200, 200])
    const settings = (await boss.call('GET', '/api/settings')).body
    assert.deepEqual([settings.reclaimDays, settings.fallbackMinutes], [7, 5])

    const answers = await atOnce(house, companyRow(made.body.id), [
      () => house.admin.call('PATCH', `/api/companies/${made.body.id}`, { enabled: false }),
      () => boss.call('PATCH', '/api/settings', { reclaimDays: 8 }),
    ])
    noFault(answers, 'settings')
    const after = (await house.admin.call('GET', `/api/companies/${made.body.id}`)).body
    assert.equal(after.enabled, false)
  }
})

void test('limits on accounts and people hold when many are created or enabled at the same moment', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  for (let n = 0; n < rounds; n += 1) {
    const made = await house.admin.call('POST', '/api/companies', {
      name: `c${n}`,
      admin: { username: `boss${n}`, password },
    })
    await house.admin.call('PATCH', `/api/companies/${made.body.id}`, {
      maxAgents: 3,
      maxAccounts: 2,
    })
    const boss = await signIn(house.url, `boss${n}`)
    const many = (ask: (k: number) => Promise<Answer>) =>
      Promise.all(Array.from({ length: 8 }, (_, k) => ask(k)))
    const accounts = await many((k) =>
      asking(house, boss, k).call('POST', '/api/accounts', { kind: 'web', name: `site ${k}` }),
    )
    assert.deepEqual(statuses(accounts), [201, 201, ...Array<number>(6).fill(409)])
    assert.equal((await boss.call('GET', '/api/accounts')).body.items.length, 2)

    const off = await many((k) =>
      boss.call('POST', '/api/users', {
        username: `p${n}-${k}`,
        password,
        role: 'agent',
        enabled: false,
      }),
    )
    assert.deepEqual(statuses(off), Array<number>(8).fill(201))
    const on = await many((k) =>
      asking(house, boss, k).call('PATCH', `/api/users/${off[k]?.body.uid}`, { enabled: true }),
    )
    assert.deepEqual(statuses(on), [200, 200, ...Array<number>(6).fill(409)])
    const people = (await boss.call('GET', '/api/users')).body.items
    assert.equal(people.filter((one: { enabled: boolean }) => one.enabled).length, 3)
  }
})

void test('the limit on rules holds when many are created and imported at the same moment', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { companyId, uid } = (await house.admin.call('GET', '/api/me')).body
  const me = { companyId, uid, role: 'admin' as const }
  const rule = {
    name: 'one of many',
    enabled: false,
    priority: 0,
    match: { kind: 'exact' as const, keywords: ['k'] },
    action: { kind: 'text' as const, text: 'x' },
  }
  // the rules are inserted directly, all but the last two that the company may have
  const { store } = house.app.ports
  for (let n = 2; n < mostRules; n += 1000) {
    const some = Array.from({ length: Math.min(1000, mostRules - n) }, () =>
      rowOf(house.app.ports, me, { input: rule, before: null }),
    )
    await store.work('rest', async (unit) => {
      unit.rules.insert(some)
    })
  }
  const more = { ...rule, name: 'one more' }
  const count = () => store.read.rules.count(companyId)
  for (let n = 0; n < rounds; n += 1) {
    assert.equal(await count(), mostRules - 2, 'the premise')
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, k) =>
        k % 2 === 0
          ? asking(house, house.admin, k / 2).call('POST', '/api/rules', more)
          : asking(house, house.admin, (k - 1) / 2).call('POST', '/api/rules/import', {
              rules: [more],
            }),
      ),
    )
    const refused = answers.filter(({ status }) => status === 409)
    assert.equal(refused.length, 6, JSON.stringify(answers))
    for (const { body } of refused) assert.equal(body.error.code, 'limit_reached')
    assert.equal(await count(), mostRules)
    await store.work('rest', (unit) =>
      unit.sql.run('delete from message_rule where name = ?', [more.name]),
    )
  }
})

void test('an appid that two companies create at the same moment belongs completely to one of them; the other gets 409', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const bosses = await Promise.all(
    [0, 1].map(async (n) => {
      await house.admin.call('POST', '/api/companies', {
        name: `c${n}`,
        admin: { username: `boss${n}`, password },
      })
      return signIn(house.url, `boss${n}`)
    }),
  )
  for (let n = 0; n < rounds; n += 1) {
    const appid = `wx${String(n).padStart(16, '7')}`
    const wanted = bosses.flatMap((boss) => [boss, boss])
    const answers = await Promise.all(
      wanted.map((boss, k) =>
        asking(house, boss, k).call('POST', '/api/accounts', {
          ...testAccount,
          appid,
          token: `token${k}`,
          name: `shop ${k}`,
        }),
      ),
    )
    assert.deepEqual(statuses(answers), [201, 409, 409, 409], JSON.stringify(answers))
    for (const { body } of answers.filter(({ status }) => status === 409)) {
      assert.equal(body.error.code, 'appid_taken')
    }
    const winner = answers.findIndex(({ status }) => status === 201)
    const { id } = answers[winner]?.body as { id: string }
    const seen = await Promise.all(bosses.map((boss) => boss.call('GET', `/api/accounts/${id}`)))
    assert.deepEqual(
      seen.map(({ status }) => status),
      winner < 2 ? [200, 404] : [404, 200],
    )
    await house.heard()
    await post(`${house.simulator}/sim/accounts`, {
      ...testAccount,
      appid,
      token: `token${winner}`,
      callbackUrl: `${house.url}/wechat/${appid}`,
    })
    const pushed = await post(`${house.simulator}/sim/followers`, { appid })
    const sent = await post(`${house.simulator}/sim/followers/${pushed.openid}/send`, {
      appid,
      type: 'text',
      text: '在吗',
    })
    assert.equal(sent.status, 200, 'its secrets can be opened')
  }
})

void test('a login name that is used for several new people at the same moment creates one person; the others get 409', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  for (let n = 0; n < rounds; n += 1) {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, k) =>
        k === 0
          ? house.admin.call('POST', '/api/companies', {
              name: `c${n}`,
              admin: { username: `twin${n}`, password },
            })
          : asking(house, house.admin, k).call('POST', '/api/users', {
              username: `twin${n}`,
              password,
              role: 'agent',
            }),
      ),
    )
    assert.deepEqual(statuses(answers), [201, 409, 409, 409, 409, 409], JSON.stringify(answers))
    const loser = answers.find(({ status }) => status === 409)
    assert.equal(loser?.body.error.code, 'username_taken')
  }
})

void test('moving two groups below each other at the same moment does not create a circle', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  for (let n = 0; n < rounds; n += 1) {
    const [a = 0, b = 0] = await Promise.all(
      ['a', 'b'].map(
        async (name) => (await house.admin.call('POST', '/api/groups', { name })).body.id as number,
      ),
    )
    const answers = await atOnce(
      house,
      ['select user_group_id from user_group where user_group_id in (?, ?)', [a, b]],
      [
        () => asking(house, house.admin, 0).call('PATCH', `/api/groups/${a}`, { parentId: b }),
        () => asking(house, house.admin, 1).call('PATCH', `/api/groups/${b}`, { parentId: a }),
      ],
    )
    assert.deepEqual(statuses(answers), [200, 400])
    const both = await house.rows<{ parent_id: number }>(
      'select parent_id from user_group where user_group_id in (?, ?)',
      [a, b],
    )
    assert.ok(
      both.some((group) => group.parent_id === noGroup),
      'one of them stands on top',
    )
  }
})

void test('a circle of groups that is already stored blocks nothing, is reported by the self-check, and can be taken apart', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const [a, b, c] = await Promise.all(
    ['a', 'b', 'c'].map(
      async (name) => (await house.admin.call('POST', '/api/groups', { name })).body.id as number,
    ),
  )
  const person = await house.agent('p', { groupIds: [a] })
  await house.app.ports.store.work('rest', async (unit) => {
    for (const [id, parent] of [
      [a, b],
      [b, a],
    ] as [number, number][]) {
      await unit.sql.run('update user_group set parent_id = ? where user_group_id = ?', [
        parent,
        id,
      ])
    }
  })
  const shown = (await house.admin.call('GET', '/api/directory')).body.items
  const [place] = shown.find((one: { uid: number }) => one.uid === person.uid).groups
  assert.deepEqual(place.path.sort(), ['a', 'b'])
  assert.equal((await house.admin.call('PATCH', `/api/groups/${c}`, { parentId: a })).status, 200)
  const check = (await house.admin.call('GET', '/api/admin/self-check')).body
  const groups = check.promises.find((one: { id: string }) => one.id === 'groups')
  assert.equal(groups.verdict, 'violated')
  assert.match(groups.detail, new RegExp(`${a}.*${b}|${b}.*${a}`))

  assert.equal(
    (await house.admin.call('PATCH', `/api/groups/${a}`, { parentId: null })).status,
    200,
  )
  const after = (await house.admin.call('GET', '/api/admin/self-check')).body
  assert.equal(after.promises.find((one: { id: string }) => one.id === 'groups').verdict, 'ok')
})

void test('a rule or quick reply that is deleted while somebody saves it stays deleted', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const rule = {
    name: 'r',
    enabled: true,
    priority: 0,
    match: { kind: 'exact', keywords: ['k'] },
    action: { kind: 'text', text: 'x' },
  }
  const reply = { title: 't', content: { type: 'text', text: 'x' } }
  for (let n = 0; n < rounds; n += 1) {
    const made = {
      rules: (await house.admin.call('POST', '/api/rules', rule)).body.id as string,
      'quick-replies': (await house.admin.call('POST', '/api/quick-replies', reply)).body
        .id as string,
    }
    const bodies = { rules: rule, 'quick-replies': reply }
    const rows: Record<keyof typeof made, string> = {
      rules: 'select message_rule_id from message_rule where message_rule_id = ?',
      'quick-replies': 'select quick_reply_id from quick_reply where quick_reply_id = ?',
    }
    for (const [kind, id] of Object.entries(made) as [keyof typeof made, string][]) {
      const path = `/api/${kind}/${id}`
      const answers = await atOnce(
        house,
        [rows[kind], [id]],
        [
          () => asking(house, house.admin, 0).call('DELETE', path),
          () => asking(house, house.admin, 1).call('PUT', path, bodies[kind]),
        ],
      )
      noFault(answers, path)
      assert.equal((await house.admin.call('GET', path)).status, 404, path)
    }
  }
})

void test('a ticket that arrives while a platform is changed is kept, and so are two changes of a reception at the same moment', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const platform = {
    componentAppid: 'wx00000000000000ff',
    appSecret: 'secret',
    token: 'token',
    encodingAesKey: testAccount.encodingAesKey,
  }
  assert.equal((await house.admin.call('POST', '/api/platforms', platform)).status, 201)
  const twice = await Promise.all(
    [0, 1, 2].map((n) =>
      asking(house, house.admin, n).call('POST', '/api/platforms', {
        ...platform,
        componentAppid: 'wx00000000000000fe',
      }),
    ),
  )
  assert.deepEqual(statuses(twice), [201, 409, 409])
  const { store } = house.app.ports
  await atOnce(
    house,
    ['select component_appid from platform where component_appid = ?', [platform.componentAppid]],
    [
      async () => {
        await store.work('rest', (unit) =>
          unit.platforms.saveTicket(platform.componentAppid, 'sealed', 5),
        )
        return { status: 200, body: {} }
      },
      () =>
        house.admin.call('PATCH', `/api/platforms/${platform.componentAppid}`, { token: 'other' }),
    ],
  )
  assert.equal((await store.read.platforms.find(platform.componentAppid))?.ticket, 'sealed')

  const accountId = (await house.admin.call('GET', '/api/accounts')).body.items[0].id
  const code = { accountId, scene: 's', name: 'S', qr: false }
  const same = await Promise.all(
    [0, 1, 2].map((n) => asking(house, house.admin, n).call('POST', '/api/receptions', code)),
  )
  assert.deepEqual(statuses(same), [201, 409, 409], JSON.stringify(same))
  const { id } = same.find(({ status }) => status === 201)?.body
  const answers = await atOnce(
    house,
    ['select reception_id from reception where reception_id = ?', [id]],
    [
      () => asking(house, house.admin, 0).call('PATCH', `/api/receptions/${id}`, { name: 'new' }),
      () => asking(house, house.admin, 1).call('PATCH', `/api/receptions/${id}`, { tags: ['a'] }),
    ],
  )
  assert.deepEqual(statuses(answers), [200, 200])
  const after = (await house.admin.call('GET', `/api/receptions/${id}`)).body
  assert.deepEqual([after.name, after.tags], ['new', ['a']])
})

void test('a sign-in with the old password at the moment a new one is set is refused or ended', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const draw = openDraw(seedOf())
  for (let n = 0; n < times(12, 60); n += 1) {
    const person = await house.agent(`p${n}`)
    const [change, own] = [
      () => house.admin.call('PATCH', `/api/users/${person.uid}`, { password: 'a wholly new one' }),
      () =>
        person.call('POST', '/api/me/password', {
          oldPassword: password,
          newPassword: 'a wholly new one',
        }),
    ]
    const [renewed, entered] = await Promise.all([
      draw.one([change, own])(),
      later(draw.below(20), () =>
        asking(house, person, 1).call('POST', '/api/login', { username: `p${n}`, password }),
      ),
    ])
    assert.equal(renewed.status, 200)
    // those that fail would lock the address after a while
    if (n % 10 === 9) await house.app.advanceTo((n + 1) * 2 * 60_000)
    if (entered.status === 401) continue
    assert.equal(entered.status, 200)
    const outlived = await asking(house, { ...person, token: entered.body.token }, 1).call(
      'PUT',
      '/api/me/presence',
      { status: 'away' },
    )
    assert.equal(outlived.status, 401, 'it came first, so it has ended')
  }
})

const later = async (ms: number, ask: Ask): Promise<Answer> => {
  await comesLater(ms)
  return ask()
}

void test('if several replays are started at the same moment, one runs and the others are refused until it has ended', async (t) => {
  const house = await openHouse({ rules: false, alone: true })
  t.after(() => house.close())
  const span = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
  for (let n = 0; n < rounds; n += 1) {
    const answers = await Promise.all(
      [0, 1, 2].map(() => house.admin.call('POST', '/api/rules/replay', span)),
    )
    for (const { status, body } of answers) {
      assert.ok(status === 202 || status === 409, JSON.stringify(body))
      if (status === 202) await house.admin.call('DELETE', `/api/rules/replay/${body.id}`)
    }
  }
  const beside = await house.rows(
    'select a.replay_id from rule_replay a join rule_replay b on b.replay_id <> a.replay_id' +
      ' where a.created_at < b.ended_at and b.created_at < a.ended_at',
  )
  assert.deepEqual(beside, [])
})

void test('a rule or reception that is saved while the group it names is deleted is refused, or no longer names the group', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const draw = openDraw(seedOf())
  const accountId = (await house.admin.call('GET', '/api/accounts')).body.items[0].id
  const code = { accountId, qr: false }
  const rule = { enabled: true, priority: 0, match: { kind: 'exact', keywords: ['k'] } }
  const call = (path: string, body: object, method = 'POST') =>
    asking(house, house.admin, 1).call(method, path, body)
  for (let n = 0; n < times(6, 60); n += 1) {
    const name = `n${n}`
    const groupId = (await house.admin.call('POST', '/api/groups', { name })).body.id as number
    const plain = { name, ...rule, action: { kind: 'text', text: 'x' } }
    const named = { name, ...rule, action: { kind: 'group', groupId } }
    const old = {
      rules: (await call('/api/rules', plain)).body.id as string,
      receptions: (await call('/api/receptions', { ...code, name, scene: `old${n}` })).body.id,
    }
    const group = { kind: 'group', groupId }
    const answers = await Promise.all([
      later(draw.below(8), () => house.admin.call('DELETE', `/api/groups/${groupId}`)),
      call('/api/rules', named),
      call(`/api/rules/${old.rules}`, named, 'PUT'),
      call('/api/receptions', { ...code, name, scene: `s${n}`, ...group }),
      call(`/api/receptions/${old.receptions}`, group, 'PATCH'),
    ])
    noFault(answers, 'a group that goes')
    assert.equal(answers[0].status, 200)
    const rules = (await house.admin.call('GET', '/api/rules?limit=200')).body.items
    const receptions = (await house.admin.call('GET', '/api/receptions?limit=200')).body.items
    const names = [...rules.map((one: any) => one.action), ...receptions]
    assert.deepEqual(
      names.filter((one: { groupId?: number }) => one.groupId === groupId),
      [],
    )
  }
})

void test('a job that is started several times at the same moment runs once, or several times one after the other, but never in parallel', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  for (let n = 0; n < rounds; n += 1) {
    const answers = await Promise.all(
      [0, 1, 2].map((k) =>
        asking(house, house.admin, k).call('POST', '/api/admin/jobs/queue-rank/run', {}),
      ),
    )
    for (const { status, body } of answers) {
      assert.ok(status === 200 || status === 409, JSON.stringify(body))
    }
  }
  const beside = await house.rows(
    "select a.slot from job_run a join job_run b on b.job = a.job and b.slot <> a.slot and a.slot like 'hand:%' and b.slot like 'hand:%'" +
      // each process records times by its own clock, and two clocks differ by some milliseconds, so
      // an overlap of less than 50 ms does not count
      ' where a.started_at + 50 < b.ended_at and b.started_at + 50 < a.ended_at',
  )
  assert.deepEqual(beside, [])
})
