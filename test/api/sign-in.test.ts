import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { entities } from '../../entities/index.ts'
import type { Ports } from '../../src/ports.ts'
import { as, asNobody } from '../support/api.ts'
import { openHouse, password, signIn, type Actor, type House } from '../support/app.ts'
import { insteadOf } from '../support/obstacles.ts'
import { lasts } from '../support/pauses.ts'

const login = (house: House, username: string, secret: string) =>
  asNobody(house).post('/api/login').send({ username, password: secret })
const me = (actor: Actor) => as(actor).get('/api/me')
const change = (actor: Actor, oldPassword: string) =>
  as(actor).post('/api/me/password').send({ oldPassword, newPassword: 'a wholly new one' })

/** Does something in the middle of each sign-in, after it has read the company and the person. */
const beforePresence = (ports: Ports, first: () => Promise<void>): Ports => ({
  ...ports,
  store: {
    ...ports.store,
    work: (kind, body, limits) =>
      ports.store.work(
        kind,
        (unit) =>
          body(
            insteadOf(unit, 'users', {
              setPresence: async (...given) => {
                await first()
                return unit.users.setPresence(...given)
              },
            }),
          ),
        limits,
      ),
  },
})

void test('five failed sign-ins lock the name from this address for 15 minutes, even if they are made at the same time', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const tries = await Promise.all(
    Array.from({ length: 12 }, async () => login(house, 'agent0', 'wrong password')),
  )
  assert.equal(tries.filter((one) => one.status === 401).length, 5)
  await login(house, 'agent0', password)
    .expect(429)
    .expect('Retry-After', /^[1-9]\d*$/)
  // another name can still sign in from the address from which the first one is locked
  await login(house, 'admin', password).expect(200)
  await house.app.advanceTo(15 * 60_000 + 1000)
  await login(house, 'agent0', password).expect(200)
})

void test('a sign-in ends after 12 hours without use and after 7 days in any case; each use prolongs the 12 hours', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const hour = 3600_000
  const used = await signIn(house.url, 'agent0')
  const idle = await signIn(house.url, 'agent0')
  let at = 0
  for (; at < 7 * 24 * hour - 11 * hour; at += 11 * hour) {
    await house.app.advanceTo(at)
    await me(used).expect(200)
  }
  await me(idle).expect(401)
  await house.app.advanceTo(7 * 24 * hour + 1000)
  await me(used).expect(401)
})

void test('signing out, a new password and disabling the person end sign-ins at once', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const [out, changed, other] = [
    await signIn(house.url, 'agent0'),
    await signIn(house.url, 'agent0'),
    await signIn(house.url, 'agent0'),
  ]
  await as(out).post('/api/logout').send({}).expect(200)
  await me(out).expect(401)
  await change(changed, password).expect(200)
  await me(other).expect(401)
  const last = await signIn(house.url, 'agent0', 'a wholly new one')
  await as(house.admin).patch(`/api/users/${last.uid}`).send({ enabled: false }).expect(200)
  await me(last).expect(401)
})

void test('the database contains neither a sign-in token nor a secret of an account in plain text', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const tables = await Promise.all(
    entities.map(({ options }) => house.rows(`select * from ${options.tableName ?? ''}`)),
  )
  const bytes =
    JSON.stringify(tables) +
    ['kefu.db', 'kefu.db-wal']
      .map((name) => `${house.dir}/${name}`)
      .filter(existsSync)
      .map((path) => readFileSync(path, 'latin1'))
      .join('')
  assert.ok(bytes.includes('wx0000000000000001'), 'the premise: the account is there')
  for (const secret of [
    house.admin.token,
    password,
    '0123456789abcdef0123456789abcdef',
    'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ',
  ]) {
    assert.ok(!bytes.includes(secret))
  }
  const { body, text } = await as(house.admin).get('/api/accounts').expect(200)
  assert.equal(body.items.length, 1)
  assert.ok(!text.includes('testtoken'))
})

void test('an agent is refused the lists and settings that only admins may read', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const agent = await signIn(house.url, 'agent0')
  for (const path of [
    '/api/users',
    '/api/accounts',
    '/api/rules',
    '/api/settings',
    '/api/admin/jobs',
    '/api/companies',
  ]) {
    await as(agent).get(path).expect(403)
  }
})

void test('failed sign-ins count for the whole /64 network of an IPv6 address and for IPv4 in any notation; a name tried from many addresses is slowed down but never locked', async (t) => {
  const house = await openHouse({
    alone: true,
    settings: { TRUSTED_PROXIES: '127.0.0.1,::1' },
  })
  t.after(() => house.close())
  const from = (address: string, secret: string) =>
    login(house, 'agent0', secret).set('X-Forwarded-For', address)
  for (const [n, status] of [401, 401, 401, 401, 401, 429].entries()) {
    await from(`2001:db8:1:2:${n + 1}::${n + 1}`, 'wrong password').expect(status)
  }
  for (let n = 1; n <= 5; n += 1) await from('192.0.2.1', 'wrong password')
  await from('::ffff:c000:201', password).expect(429)
  const guesses = Array.from({ length: 26 }, (_, n) => from(`198.51.100.${n}`, 'wrong password'))
  for (const { status } of await Promise.all(guesses)) assert.equal(status, 401)
  const began = performance.now()
  // the right password from another network is accepted although guesses for this name failed
  // elsewhere, but it is answered only after a second
  await from('2001:db8:1:3::1', password).expect(200)
  assert.ok(performance.now() - began >= 990, 'slowed down')
})

void test('an address that floods the sign-in is told to come again, and another address gets its turn after only a few of those attempts', async (t) => {
  const house = await openHouse({ alone: true, settings: { TRUSTED_PROXIES: '127.0.0.1,::1' } })
  t.after(() => house.close())
  const answered: string[] = []
  const from = async (address: string, username: string, secret: string) => {
    const { status, body, headers } = await login(house, username, secret).set(
      'X-Forwarded-For',
      address,
    )
    const code: string = body.error?.code ?? 'ok'
    answered.push(code)
    return { status, code, retryAfter: Number(headers['retry-after']) }
  }
  const flood = Array.from({ length: 150 }, (_, n) =>
    from(`2001:db8:1:2:${n.toString(16)}::1`, `nobody${n}`, 'wrong password'),
  )
  await Promise.race(flood)
  const before = answered.filter((code) => code === 'login_failed').length
  assert.equal((await from('2001:db8:1:3::1', 'agent0', password)).status, 200)
  const turns = answered.filter((code) => code === 'login_failed').length - before
  const all = await Promise.all(flood)
  const [tried = [], refused = []] = ['login_failed', 'too_many_tries'].map((code) =>
    all.filter((one) => one.code === code),
  )
  assert.ok(refused.length >= 50 && tried.length >= 10, `${refused.length}, ${tried.length}`)
  assert.ok(refused.every(({ status, retryAfter }) => status === 429 && retryAfter > 0))
  assert.ok(turns <= 24, `${turns} of the flood had their turn before`)
})

void test('only as many sign-ins are accepted at once as can soon be handled, from however many addresses; later attempts succeed again', async (t) => {
  const house = await openHouse({ alone: true, settings: { TRUSTED_PROXIES: '127.0.0.1,::1' } })
  t.after(() => house.close())
  const answers = await Promise.all(
    Array.from({ length: 400 }, async (_, n) =>
      login(house, `nobody${n}`, 'wrong password').set('X-Forwarded-For', `192.0.2.${n % 80}`),
    ),
  )
  const refused = answers.filter(({ status }) => status === 429)
  assert.ok(refused.length > 0, 'more came than there is room for')
  assert.ok(refused.every(({ headers }) => Number(headers['retry-after']) > 0))
  assert.ok(answers.every(({ status }) => status === 401 || status === 429))
  await login(house, 'agent0', password).expect(200)
})

void test('a flood of sign-ins for one name, from however many addresses, leaves room for the sign-ins of others', async (t) => {
  const house = await openHouse({ alone: true, settings: { TRUSTED_PROXIES: '127.0.0.1,::1' } })
  t.after(() => house.close())
  const from = async (address: string, username: string, secret: string) =>
    (await login(house, username, secret).set('X-Forwarded-For', address)).status
  const flood = Array.from({ length: 400 }, (_, n) =>
    from(`2001:db8:${n}:1::1`, 'admin', 'wrong password'),
  )
  // as soon as one of the flood is refused, all the room that it may have is taken
  await Promise.any(flood.map(async (one) => assert.equal(await one, 429)))
  assert.equal(await from('192.0.2.1', 'agent0', password), 200)
  const statuses = await Promise.all(flood)
  assert.ok(statuses.filter((status) => status === 401).length >= 100)
})

void test('a sign-in during which the company is disabled stays ended after the company is enabled again', async (t) => {
  let change: (() => Promise<unknown>) | null = null
  const house = await openHouse({
    rules: false,
    wrap: (ports) =>
      beforePresence(ports, async () => {
        const made = change?.()
        change = null
        // the change may have to wait for the sign-in, so the sign-in does not wait for it for ever
        if (made) await Promise.race([made, lasts(500)])
      }),
  })
  t.after(() => house.close())
  const boss = { username: 'boss-b', password }
  const made = await house.admin.call('POST', '/api/companies', { name: 'B', admin: boss })
  const at = `/api/companies/${made.body.id}`
  const disabled: Promise<{ status: number }>[] = []
  change = () => {
    const call = house.admin.call('PATCH', at, { enabled: false })
    disabled.push(call)
    return call
  }
  const { body } = await asNobody({ url: house.urls[0] ?? '' })
    .post('/api/login')
    .send(boss)
    .expect(200)
  const statuses = (await Promise.all(disabled)).map(({ status }) => status)
  assert.deepEqual(statuses, [200])
  assert.equal((await house.admin.call('PATCH', at, { enabled: true })).status, 200)
  await house.heard()
  await asNobody(house)
    .get('/api/me')
    .auth(body.token as string, { type: 'bearer' })
    .expect(401)
})

void test('wrong guesses of the old password, when changing it, count as failed sign-ins', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const person = await signIn(house.url, 'agent0')
  for (const status of [400, 400, 400, 400, 400, 429]) {
    await change(person, 'wrong password').expect(status)
  }
  await change(person, password).expect(429)
  await house.app.advanceTo(15 * 60_000 + 1000)
  await change(person, password).expect(200)
})
