// A conversation with every type of message, on the simulated phone and in the console. `npm run
// pictures` stores its screenshots for the documentation.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { testAccount } from '../support/app.ts'
import { openBrowser, openPage, openShownHouse, shots, signInOnPage } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'

// eslint-disable-next-line no-restricted-properties -- set by `npm run pictures`, no setting of the product
const pictures = resolve(process.env['KEFU_PICTURES'] ?? shots)

/** Checks that every message with a picture or a player shows one. */
async function allShown(desk: Page): Promise<void> {
  const pictures = await desk.$$eval('.media-line img', (all) =>
    all.map((one) => (one as unknown as { naturalWidth: number }).naturalWidth),
  )
  assert.ok(pictures.length >= 1 && pictures.every((width) => width > 0), JSON.stringify(pictures))
  const [video] = await desk.$$eval('.media-line video', (all) =>
    all.map((one) => (one as unknown as { readyState: number }).readyState),
  )
  assert.ok((video ?? 0) >= 1, 'the video tells its length')
}

void test('in the console every type of message is shown: pictures, a playable voice, a video, a place, a link, a file, taps and scans', async (t) => {
  const house = await openShownHouse(t, { mode: 'safe' })
  await house.agent('agent1')
  const customer = await follower(house)
  await customer.does('subscribe', { eventKey: '' })
  await customer.says('你好，我想问一下昨天的订单')
  await customer.says('', { type: 'image' })
  await customer.says('', { type: 'voice' })
  await customer.says('', { type: 'video' })
  await customer.says('', {
    type: 'location',
    location: {
      latitude: 23.134521,
      longitude: 113.358803,
      scale: 16,
      label: '广州市天河区体育西路',
    },
  })
  await customer.says('', {
    type: 'link',
    link: {
      title: '退换货说明',
      description: '七天内可以退货',
      url: 'https://example.com/returns?<b>x</b>',
    },
  })
  await customer.says('', { type: 'file', text: '报价单.xlsx' })
  await customer.says('', { type: 'hologram' })
  await customer.does('CLICK', { eventKey: 'PRICES' })
  await customer.does('SCAN', { eventKey: 'store_007' })
  await eventually(async () => {
    assert.deepEqual(
      await house.rows("select message_id from media_fetch where state <> 'fetched'"),
      [],
    )
  })

  const browser = await openBrowser(t, ['--autoplay-policy=no-user-gesture-required'])
  mkdirSync(pictures, { recursive: true })
  const { page: desk, complaints } = await openPage(browser, { width: 1280, height: 1500 })
  const elsewhere: string[] = []
  desk.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(house.url)) {
      elsewhere.push(request.url())
    }
  })
  await signInOnPage(desk, house, 'agent1')
  await desk.click('#claim-next')
  await desk.waitForSelector('.media-line video')
  await eventually(() => allShown(desk))

  await desk.click('.play')
  const voice = await desk.waitForSelector('audio.voice')
  await eventually(async () => {
    const seconds = await voice.evaluate(
      (element) => (element as unknown as { duration: number }).duration,
    )
    assert.ok(seconds > 0.5, `decoded: ${seconds} s`)
  })
  await desk.waitForSelector('text=点击了菜单 · PRICES')
  await desk.waitForSelector('text=扫描了二维码 · store_007')
  await desk.waitForSelector('text=报价单.xlsx')
  assert.equal(await desk.$('.link-line a'), null, 'an address of a follower is text')
  assert.equal(await desk.$('.link-line b b'), null, 'and so is its markup')

  await desk.fill('#reply', '您好，照片收到了，马上为您查询。')
  await desk.click('#send')
  await desk.waitForSelector('.line[data-delivery=sent][data-opercode="1"]')
  await desk.screenshot({ path: resolve(pictures, 'every-type-console.png') })
  const { page: phone } = await openPage(browser, { width: 1200, height: 1100 })
  await phone.goto(`${house.simulator}/#${testAccount.appid}/${customer.openid}`)
  await phone.waitForSelector('#messages [data-way=custom]')
  await phone.screenshot({ path: resolve(pictures, 'every-type-phone.png') })
  assert.deepEqual(complaints, [])
  assert.deepEqual(elsewhere, [], 'nothing is loaded from anywhere else')
})
