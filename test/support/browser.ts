// Opens the simulator's phone page and the console in Chromium, as people see them.
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { chromium, type Browser, type Page } from 'playwright-core'
import { openHouse, password, type House, type HouseOptions } from './app.ts'

const root = resolve(import.meta.dirname, '../../..')
export const shots = resolve(root, 'node_modules/.cache/screenshots')

export async function openBrowser(t: TestContext, more: string[] = []): Promise<Browser> {
  mkdirSync(shots, { recursive: true })
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
  t.after(() => browser.close())
  return browser
}

/** Starts a product that serves the console too, because tests in a browser need its pages. */
export async function openShownHouse(t: TestContext, options: HouseOptions = {}): Promise<House> {
  const house = await openHouse({ consoleDir: resolve(root, 'console/dist'), ...options })
  t.after(() => house.close())
  return house
}

/**
 * Opens a page and collects the errors in its browser console. Being signed out does not count as
 * an error.
 */
export async function openPage(
  browser: Browser,
  size: { width: number; height: number } = { width: 1280, height: 860 },
): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext({ viewport: size, locale: 'zh-CN' })).newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => {
    complaints.push(error.message)
  })
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) {
      complaints.push(message.text())
    }
  })
  return { page, complaints }
}

export async function signInOnPage(page: Page, house: House, username: string): Promise<void> {
  await page.goto(house.url)
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.click('#sign-in')
  await page.waitForSelector('#claim-next')
}

/** Opens the console at the desk of a person, who is signed in. */
export async function openDeskPage(browser: Browser, house: House, username: string) {
  const desk = await openPage(browser)
  await signInOnPage(desk.page, house, username)
  return desk
}
