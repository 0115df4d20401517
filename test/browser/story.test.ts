// The story by hand, in a browser: phone page and console.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import test from 'node:test'
import { chromium } from 'playwright-core'
import { openHouse, password } from '../support/app.ts'

const root = resolve(import.meta.dirname, '../../..')
const shots = resolve(root, 'node_modules/.cache/screenshots')

void test('a follower writes on the phone page, the agent answers in the console, the phone shows it', async (t) => {
  const house = await openHouse({ mode: 'safe', consoleDir: resolve(root, 'console/dist') })
  t.after(() => house.close())
  await house.agent('agent1')
  mkdirSync(shots, { recursive: true })
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  t.after(() => browser.close())

  const phone = await browser.newPage({ viewport: { width: 1200, height: 800 } })
  await phone.goto(house.simulator)
  await phone.click('#new-follower')
  await phone.fill('#text', '你好')
  await phone.click('#send')
  await phone.waitForSelector('#messages [data-way=passive]')

  const desk = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const complaints: string[] = []
  desk.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
  await desk.goto(house.url)
  await desk.fill('#username', 'agent1')
  await desk.fill('#password', password)
  await desk.click('#sign-in')
  await desk.click('#claim-next')
  await desk.waitForSelector('.line[data-direction=in]')
  await desk.fill('#reply', '您好，我是小林，有什么可以帮您？')
  await desk.click('#send')
  await desk.waitForSelector('.line[data-delivery=sent][data-opercode="1"]')
  await desk.screenshot({ path: resolve(shots, 'console.png') })
  await phone.waitForSelector('#messages [data-way=custom]')
  await phone.screenshot({ path: resolve(shots, 'phone.png') })

  await phone.click('[data-advance="864000000"]')
  assert.match(await phone.textContent('#messages [data-way=custom]') ?? '', /小林/)
  assert.deepEqual(complaints.filter((text) => !/401/.test(text)), [])
})
