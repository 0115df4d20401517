// Rights end together with their reason: for example, an agent who no longer serves an account
// cannot read its customers any more.
import assert from 'node:assert/strict'
import test from 'node:test'
import { as } from '../support/api.ts'
import { testAccount } from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { callOf, send, type RouteIds } from '../support/route-calls.ts'
import { routes } from '../../src/http/routes.ts'
import { openStage, type Stage } from '../support/stage.ts'

const accountsOf = async ({ house }: Stage, kind: string) =>
  (
    await house.rows<{ id: string }>(
      'select account_id as id from official_account where kind = ?',
      [kind],
    )
  ).map((row) => row.id)

void test('an exclusive agent who no longer serves the account cannot read or describe the customer, nor find them in a list', async (t) => {
  const at = await openStage()
  t.after(() => at.house.close())
  const { paths } = await at.idsOf('session')
  const path = `/api/customers/${paths['customers']}`
  const { exclusive, operator } = at.people
  const serves = async (kind: string) => {
    const accountIds = await accountsOf(at, kind)
    await as(operator).patch(`/api/users/${exclusive.uid}`).send({ accountIds }).expect(200)
  }
  const found = async () =>
    (await as(exclusive).get('/api/customers').expect(200)).body.items.length as number

  await as(exclusive).get(path).expect(200)
  await as(exclusive).patch(path).send({ alias: '老王' }).expect(200)
  assert.equal(await found(), 1)

  await serves('web')
  for (const one of [path, `${path}/messages`, `${path}/trajectory`, `${path}/sessions`]) {
    await as(exclusive).get(one).expect(404)
  }
  await as(exclusive).get(`/api/sessions/${paths['sessions']}`).expect(404)
  await as(exclusive).patch(path).send({ alias: 'x' }).expect(404)
  assert.equal(await found(), 0)

  await serves('wechat')
  await as(exclusive).get(path).expect(200)
  assert.equal(await found(), 1, 'the customer is theirs still')
})

void test('an agent who lost a customer by reclaim can read them until the customer returns to somebody else, and afterwards only the sessions they had', async (t) => {
  const at = await openStage({ reclaimed: 1, rules: false })
  t.after(() => at.house.close())
  const { owner, stranger } = at.people
  const customerId = (await at.idsOf('reclaimed')).fields['customerId'] ?? ''
  const path = `/api/customers/${customerId}`
  const [row] = await at.house.rows<{ openid: string }>(
    'select openid from wx_user where wx_user_id = ?',
    [customerId],
  )
  const [had] = (await as(owner).get(`${path}/sessions`).expect(200)).body.items
  await as(stranger).get(path).expect(404)
  await as(owner).patch(path).send({ alias: 'x' }).expect(403)

  await (await follower(at.house, testAccount.appid, row?.openid)).says('又来了')
  const next = (await as(stranger).post('/api/sessions/claim').send({}).expect(200)).body
  assert.equal(next.customer.id, customerId)
  await as(owner).get(path).expect(404)
  await as(owner).patch(path).send({ alias: 'x' }).expect(404)
  await as(owner).get(`/api/sessions/${next.id}/messages`).expect(404)
  await as(owner).post(`/api/sessions/${next.id}/notes`).send({ text: 'x' }).expect(403)
  await as(owner).get(`/api/sessions/${had.id}/messages`).expect(200)
  await as(stranger).get(`/api/sessions/${had.id}/messages`).expect(200)
})

const callback = routes.find((route) => route.path.endsWith('/callback'))

/**
 * Makes the call with which the browser of an account's owner returns from WeChat after an
 * authorisation, and counts the accounts that this added.
 */
async function comesBack({ house }: Stage, ids: RouteIds) {
  assert.ok(callback)
  const call = callOf(callback, ids)
  const before = await accountCount(house)
  const { status } = await send(house.url, null, call)
  return { status, bound: (await accountCount(house)) - before }
}
const accountCount = async (house: Stage['house']) =>
  (await house.rows('select account_id from official_account')).length

void test('an authorisation is not completed if the admin who began it was disabled or demoted, or their company has expired', async (t) => {
  const at = await openStage()
  t.after(() => at.house.close())
  const { admin, operator } = at.people
  const ofAdmin = `/api/users/${admin.uid}`
  assert.deepEqual(await comesBack(at, await at.idsOf('authorization')), { status: 302, bound: 1 })

  const [begun, last] = [await at.idsOf('authorization'), await at.idsOf('authorization')]
  for (const [lost, given] of [
    [{ enabled: false }, { enabled: true }],
    [{ role: 'supervisor' }, { role: 'admin' }],
  ]) {
    await as(operator).patch(ofAdmin).send(lost).expect(200)
    assert.deepEqual(await comesBack(at, begun), { status: 403, bound: 0 }, JSON.stringify(lost))
    await as(operator).patch(ofAdmin).send(given).expect(200)
  }
  assert.deepEqual(await comesBack(at, begun), { status: 302, bound: 1 }, 'an admin again')

  const [company] = (await as(operator).get('/api/companies').expect(200)).body.items
  const expiresAt = new Date(at.house.app.ports.clock.now() - 1000).toISOString()
  await as(operator).patch(`/api/companies/${company.id}`).send({ expiresAt }).expect(200)
  assert.deepEqual(await comesBack(at, last), { status: 403, bound: 0 }, 'expired')
})
