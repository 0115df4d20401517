// Tests the protection against calls from web pages of other origins, and against guessing
// passwords from one address.
import assert from 'node:assert/strict'
import test from 'node:test'
import request from 'supertest'
import { openHouse, password } from '../support/app.ts'

void test('a cookie is accepted only in calls from our own pages, a bearer token from anywhere', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const signedIn = await request(house.url)
    .post('/api/login')
    .send({ username: 'agent0', password, cookie: true })
  const [cookie = ''] = [signedIn.headers['set-cookie'] ?? ''].flat()
  assert.match(cookie, /^kefu=.*HttpOnly; SameSite=Strict/)
  const call = async (headers: Record<string, string>) =>
    (await request(house.url).post('/api/logout').set(headers).send({})).status

  const carried = { Cookie: cookie.split(';')[0] ?? '' }
  const own = new URL(house.url)
  const strangers: Record<string, string>[] = [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: `http://${own.hostname}:1` },
    { Origin: house.url, 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'none' },
    {},
  ]
  for (const headers of strangers) {
    assert.equal(await call({ ...carried, ...headers }), 401, JSON.stringify(headers))
  }
  const bearer = { Authorization: `Bearer ${String(signedIn.body.token)}` }
  const me = await request(house.url)
    .get('/api/me')
    .set({ ...bearer, ...strangers[0] })
  assert.equal(me.status, 200, 'nobody but its owner can send a bearer')
  assert.equal(await call({ ...carried, Origin: house.url }), 200)
})

void test('fifty failed sign-ins from one address lock that address for every name for 15 minutes, and no other address', async (t) => {
  const house = await openHouse({ alone: true, settings: { TRUSTED_PROXIES: '127.0.0.1,::1' } })
  t.after(() => house.close())
  const from = async (address: string, username: string, secret: string) =>
    (
      await request(house.urls[0] ?? '')
        .post('/api/login')
        .set('X-Forwarded-For', address)
        .send({ username, password: secret })
    ).status
  const stranger = '192.0.2.7'
  const tries: number[] = []
  for (let n = 0; n < 54; n += 1) tries.push(await from(stranger, `nobody${n}`, 'wrong password'))
  assert.deepEqual(
    [401, 429].map((status) => tries.filter((one) => one === status).length),
    [50, 4],
  )
  assert.equal(await from(stranger, 'agent0', password), 429)
  assert.equal(await from('192.0.2.8', 'agent0', password), 200, 'another address')
  await house.app.advanceTo(15 * 60_000 + 1000)
  assert.equal(await from(stranger, 'agent0', password), 200)
})
