// Addresses of the console's pages: what they contain, who may open them, and the page's title.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { password } from '../support/app.ts'
import { openBrowser, openDeskPage, openPage, openShownHouse, shots } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'

const isAt = (page: Page, path: string, title: string) =>
  eventually(async () => {
    assert.deepEqual([new URL(page.url()).pathname, await page.title()], [path, title])
  })

void test('the address in the console names the open list and session, so reloading, back and forward show them again', async (t) => {
  const house = await openShownHouse(t, { rules: false })
  const agent = await house.agent('agent1')
  await (await follower(house)).says('我的包裹呢')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body as { id: string }
  const { page, complaints } = await openDeskPage(await openBrowser(t), house, 'agent1')
  const isOpen = () => page.waitForSelector('.line:has-text("我的包裹呢")')
  const isChosen = (tab: string) => page.waitForSelector(`[data-tab=${tab}][aria-current]`)

  await isAt(page, '/desk', '(1) 客服工作台')
  await page.click('[data-tab=active]')
  await page.click(`[data-session="${id}"] .row`)
  await isOpen()
  await isAt(page, `/desk/active/${id}`, '客服工作台')
  await page.reload()
  await isOpen()
  await isChosen('active')

  await page.click('[data-tab=closed]')
  await isAt(page, `/desk/closed/${id}`, '客服工作台')
  await page.goBack()
  await isChosen('active')
  await page.goBack()
  await page.waitForSelector('.line', { state: 'detached' })
  await page.goForward()
  await isOpen()
  assert.deepEqual(complaints, [])
})

void test('opening the address of a session one may not see shows a message, and the desk still works', async (t) => {
  const house = await openShownHouse(t, { rules: false })
  const [agent] = [await house.agent('agent1'), await house.agent('agent2')]
  await (await follower(house)).says('你好')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body as { id: string }
  const { page } = await openDeskPage(await openBrowser(t), house, 'agent2')
  await page.goto(`${house.url}/desk/active/${id}`)
  await page.waitForSelector('.notice.bad')
  await isAt(page, '/desk/active', '客服工作台')
})

void test('each tab of the rule lab has an address, and an admin who signs in there arrives there', async (t) => {
  const house = await openShownHouse(t, { mode: 'safe' })
  const { page, complaints } = await openPage(await openBrowser(t), { width: 400, height: 800 })
  await page.goto(`${house.url}/rules/replay`)
  await page.fill('#username', 'admin')
  await page.fill('#password', password)
  await page.click('#sign-in')
  await page.waitForSelector('#start-replay')
  await isAt(page, '/rules/replay', '自动回复规则')
  await page.click('#tab-rules')
  await page.fill('#search-rules', '人工')
  await page.click('[data-rule]:has-text("人工")')
  await page.fill('#rule-name', '改到一半')
  await page.click('#tab-conflicts')
  await isAt(page, '/rules/conflicts', '自动回复规则')
  await page.goBack()
  assert.equal(await page.inputValue('#rule-name'), '改到一半', 'a draft outlives a look elsewhere')
  await page.goto(`${house.url}/#/rules`)
  await isAt(page, '/rules', '自动回复规则')
  await page.click('#open-desk')
  await isAt(page, '/desk', '客服工作台')
  await page.waitForSelector('#claim-next')
  await page.click('#sign-out', { timeout: 5000 })
  await page.waitForSelector('#username')
  assert.deepEqual(complaints, [])
})

void test('an agent who opens a page for admins is told that it is not for them, and an unknown address leads back', async (t) => {
  const house = await openShownHouse(t, { mode: 'safe' })
  await house.agent('agent1')
  const { page, complaints } = await openDeskPage(await openBrowser(t), house, 'agent1')
  assert.equal(await page.$('#open-rules'), null, 'no way leads there')
  for (const [path, why, title] of [
    ['/rules', 'notForYou', '您没有权限打开这个页面'],
    ['/no/such/page', 'noPage', '没有这个页面'],
    ['/desk/everything', 'noPage', '没有这个页面'],
  ] as const) {
    await page.goto(house.url + path)
    await page.waitForSelector(`[data-why=${why}]`)
    await isAt(page, path, title)
    assert.equal(await page.$('.lab'), null)
    await page.screenshot({ path: resolve(shots, `${why}.png`) })
    await page.click('[data-why] a')
    await page.waitForSelector('#claim-next')
  }
  assert.deepEqual(complaints, [])
})

void test('somebody who signs in after another person does not see the session which that person had open', async (t) => {
  const house = await openShownHouse(t, { rules: false })
  const [agent] = [await house.agent('agent1'), await house.agent('agent2')]
  await (await follower(house)).says('你好')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body as { id: string }
  const { page } = await openDeskPage(await openBrowser(t), house, 'agent1')
  await page.goto(`${house.url}/desk/active/${id}`)
  await page.waitForSelector('.line')
  const { uid } = agent
  await house.admin.call('PATCH', `/api/users/${uid}`, { enabled: false, sessionsTo: 'queue' })
  await page.fill('#username', 'agent2')
  await page.fill('#password', password)
  await page.click('#sign-in')
  await page.waitForSelector('#claim-next')
  await isAt(page, '/desk', '客服工作台')
  assert.equal(await page.$('.notice.bad'), null)
})
