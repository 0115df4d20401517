// Rules in a browser: an admin creates and tries one in the console, and a follower is served by it
// on the phone page.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import test from 'node:test'
import { openBrowser, openDeskPage, openPage, openShownHouse, shots } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'

async function open(t: test.TestContext) {
  const house = await openShownHouse(t, { mode: 'safe' })
  return { house, browser: await openBrowser(t) }
}

void test('on the phone page a follower is served by rules through menu, tap and number, and then asks for a person', async (t) => {
  const { house, browser } = await open(t)
  await house.admin.call('PATCH', '/api/settings', { queueWhen: 'asked' })
  const { page: phone } = await openPage(browser, { width: 1200, height: 900 })
  await phone.goto(house.simulator)
  await phone.click('#new-follower')
  const says = async (words: string) => {
    await phone.fill('#text', words)
    await phone.click('#send')
  }
  const shows = (way: string, words: string) =>
    phone.waitForSelector(`#messages [data-way=${way}]:has-text("${words}")`)
  await says('菜单')
  await shows('custom', '1 营业时间')
  await phone.click('#messages [data-way=custom] button:has-text("2 订单与物流")')
  await shows('passive', '订单号')
  await says('1')
  await shows('passive', '9:00–21:00')
  assert.deepEqual(
    (await house.admin.call('GET', '/api/sessions?state=queued')).body.items,
    [],
    'nobody was needed',
  )
  await says('人工')
  await shows('passive', '排队')
  await eventually(async () => {
    assert.equal((await house.admin.call('GET', '/api/sessions?state=queued')).body.items.length, 1)
  })
  await phone.screenshot({ path: resolve(shots, 'rules-phone.png') })
})

void test('in the rule lab an admin creates a rule, tries it, sees which rule it hides, replays it, and makes a rule from an unanswered question', async (t) => {
  const { house, browser } = await open(t)
  const customer = await follower(house)
  for (const words of ['发票怎么开', '怎么开发票', '我要退款', '停车方便吗']) {
    await customer.says(words)
  }
  const { page, complaints } = await openDeskPage(browser, house, 'admin')
  await page.click('#open-rules')
  await page.waitForSelector('[data-rule]')

  await page.click('#new-rule')
  await page.fill('#rule-name', '退款说明')
  await page.fill('#rule-keywords', '退款\n退货')
  await page.fill('.rule-text', '七天内可以退款，请回复订单号。')
  await page.click('#save-rule')
  await page.waitForSelector('[data-rule="退款说明"]')
  await page.fill('#try-text', '我想 退款，找客服')
  await page.click('#try-rule')
  await page.waitForSelector('#try-found')
  await page.screenshot({ path: resolve(shots, 'rules-lab.png') })
  assert.match((await page.textContent('#try-found')) ?? '', /退款说明|人工/)
  assert.equal(
    await page.locator('.lab-tried li').count(),
    3,
    'who else would have answered is shown, switched off or not',
  )
  assert.match((await customer.says('能退货吗')).shown[0]?.text ?? '', /七天/, 'it is in force')

  await page.click('#tab-replay')
  await page.click('#start-replay')
  await page.waitForSelector('.lab-replay[data-state=done] dl')
  await page.screenshot({ path: resolve(shots, 'rules-replay.png') })
  await page.click('#tab-conflicts')
  await page.waitForSelector('.lab-sheet')
  await page.screenshot({ path: resolve(shots, 'rules-conflicts.png') })

  await eventually(async () => {
    assert.equal((await house.admin.call('GET', '/api/rules/unmatched')).body.items.length, 2)
  })
  await page.click('#tab-unmatched')
  await page.waitForSelector('.questions li')
  await page.screenshot({ path: resolve(shots, 'rules-unmatched.png') })
  await page.click('.questions li:first-child .make-rule')
  assert.match(await page.inputValue('#rule-keywords'), /发票|开/)
  assert.deepEqual(complaints, [])
})
