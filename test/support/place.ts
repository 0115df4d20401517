// A directory, a database and a simulator that outlive the product: in this place a product can be
// started, closed or killed, and started again.
import type { TestContext } from 'node:test'
import { openSimulator } from 'wechat-simulator'
import { openHouse, type House, type HouseOptions } from './app.ts'
import { openEdition } from './edition.ts'
import { makeFolder } from './folder.ts'

export type Place = {
  dir: string
  /** The environment for a process of the product in this place. */
  settings: Record<string, string>
  open: () => Promise<House>
}

/**
 * Opens a place. `options` apply to every product that is started in it, and everything is closed
 * with the test.
 */
export async function openPlace(
  t: TestContext,
  name: string,
  options: HouseOptions = {},
): Promise<Place> {
  const dir = makeFolder(name)
  const edition = await openEdition()
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  let standing: House | null = null
  t.after(async () => {
    await standing?.close()
    await simulator.close()
    await edition.close()
  })
  const own = { HOST: '127.0.0.1', DATA_DIR: dir, WECHAT_API_BASE: simulator.url }
  return {
    dir,
    settings: { ...own, LOG_LEVEL: 'error', ...edition.settings },
    open: async () => {
      const house = await openHouse({
        dir,
        alone: true,
        rules: false,
        // a starting process listens for others some times as long as this before it assumes that
        // it is alone
        clockEveryMs: 500,
        simulatorUrl: simulator.url,
        settings: edition.settings,
        ...options,
      })
      const close = () => {
        standing = null
        return house.close()
      }
      return (standing = { ...house, close })
    },
  }
}
