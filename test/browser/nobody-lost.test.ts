// What agents and admins see where a customer could be overlooked: after a greeting, behind an
// account that is no longer bound, with a disabled person, after a refused push, and after nobody
// came in time.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import test from 'node:test'
import { testAccount } from '../support/app.ts'
import { openBrowser, openDeskPage, openShownHouse, shots } from '../support/browser.ts'
import { follower } from '../support/follower.ts'
import { refuseLines } from '../support/obstacles.ts'
import { later, sessionOf, setAll } from '../support/seen.ts'

const hour = 3600_000

void test('in the console a conversation continues in both directions after a greeting', async (t) => {
  const house = await openShownHouse(t, { rules: false })
  await setAll(house, { greeting: '您好，我是您的客服' })
  await house.agent('agent1')
  const customer = await follower(house)
  await customer.says('在吗')
  const { page, complaints } = await openDeskPage(await openBrowser(t), house, 'agent1')
  await page.click('#claim-next')
  await page.waitForSelector('.line:has-text("您好，我是您的客服")')
  await page.fill('#reply', '有什么可以帮您？')
  await page.click('#send')
  await page.waitForSelector('.line[data-delivery=sent]:has-text("有什么可以帮您？")')
  await customer.says('我想退货')
  await page.waitForSelector('.line[data-direction=in]:has-text("我想退货")')
  await page.screenshot({ path: resolve(shots, 'after-a-greeting.png') })
  assert.deepEqual(complaints, [])
})

void test('in the console the next customer can be claimed although the first in the queue came through an account that is no longer bound', async (t) => {
  const house = await openShownHouse(t, { rules: false })
  await house.agent('agent1')
  const other = { ...testAccount, appid: 'wx0000000000000002', originalId: 'gh_000000000002' }
  const made = await house.admin.call('POST', '/api/accounts', { ...other, binding: 'direct' })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  await fetch(`${house.simulator}/sim/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...other, callbackUrl: `${house.url}/wechat/${other.appid}` }),
  })
  const first = await follower(house, other.appid)
  await first.says('我排在第一个')
  const next = await follower(house)
  await next.says('我排在第二个')
  const { id } = made.body as { id: string }
  const unbound = await house.admin.call('PATCH', `/api/accounts/${id}`, { binding: 'unbound' })
  assert.equal(unbound.status, 200)
  const { page } = await openDeskPage(await openBrowser(t), house, 'agent1')
  await page.click('#claim-next')
  await page.waitForSelector('.line[data-direction=in]:has-text("我排在第二个")')
  await page.screenshot({ path: resolve(shots, 'next-of-a-queue.png') })
  assert.equal((await sessionOf(house, first)).stateCode, 3, 'nobody lost the first one')
})

void test('customers of a person who is disabled appear in the queue of the console at once, and a colleague can read the conversation', async (t) => {
  const house = await openShownHouse(t, { rules: false })
  const [gone] = [await house.agent('gone'), await house.agent('colleague')]
  const customer = await follower(house)
  await customer.says('我的订单呢')
  const browser = await openBrowser(t)
  const { page: theirs } = await openDeskPage(browser, house, 'gone')
  await theirs.click('#claim-next')
  await theirs.waitForSelector('.line[data-direction=in]')
  const done = await house.admin.call('PATCH', `/api/users/${gone.uid}`, {
    enabled: false,
    sessionsTo: 'queue',
  })
  assert.deepEqual([done.status, done.body.handedOn], [200, 1])
  await theirs.waitForSelector('#sign-in')
  const { page } = await openDeskPage(browser, house, 'colleague')
  await page.click('#claim-next')
  await page.waitForSelector('.line[data-direction=in]:has-text("我的订单呢")')
  await page.screenshot({ path: resolve(shots, 'handed-on.png') })
})

void test('a message the database refused is shown in the conversation, and to admins until one of them has seen it', async (t) => {
  const house = await openShownHouse(t, { rules: false, withoutCron: true })
  // scheduled jobs are off, because one of them would soon read the refused message again
  house.announce({ refused: true })
  const customer = await follower(house)
  await customer.says('第一句')
  await refuseLines(house, '坏')
  await customer.says('坏')
  const { page, complaints } = await openDeskPage(await openBrowser(t), house, 'admin')
  await page.click('#refused-pushes summary')
  await page.waitForSelector('#refused-pushes pre:has-text("坏")')
  await page.screenshot({ path: resolve(shots, 'refused-pushes.png') })
  await page.click('#refused-pushes [data-refused] button')
  await page.waitForSelector('#refused-pushes', { state: 'detached' })
  await page.click(`[data-session="${(await sessionOf(house, customer)).id}"] .row`)
  await page.waitForSelector('.line:has-text("没能保存")')
  assert.deepEqual(complaints, [])
})

void test('in the console a missed customer can be contacted while the reply window is open; afterwards the page says why not and offers to dismiss', async (t) => {
  const house = await openShownHouse(t, { rules: false })
  await setAll(house, { queueMinutes: 60 })
  const late = await follower(house)
  await late.says('早上有人吗')
  await house.app.advanceTo(49 * hour)
  const soon = await follower(house)
  await soon.says('刚才有人吗')
  const admin = await later(house, 51 * hour)
  const { page, complaints } = await openDeskPage(await openBrowser(t), house, 'admin')
  const ids = await Promise.all(
    [late, soon].map(async (one) => (await sessionOf(house, one, admin)).id),
  )
  await page.click('[data-tab=missed]')
  await page.click(`[data-session="${ids[0] ?? ''}"] .row`)
  await page.waitForSelector('#cannot-contact')
  await page.screenshot({ path: resolve(shots, 'cannot-contact.png') })
  await page.click('#dismiss-missed')
  await page.waitForSelector(`[data-session="${ids[0] ?? ''}"]`, { state: 'detached' })
  await page.click(`[data-session="${ids[1] ?? ''}"] .row`)
  await page.click('#contact')
  await page.fill('#reply', '抱歉让您久等了')
  await page.click('#send')
  await page.waitForSelector('.line[data-delivery=sent]:has-text("抱歉让您久等了")')
  await page.screenshot({ path: resolve(shots, 'contacted.png') })
  assert.deepEqual(complaints, [])
})
