import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { openHouse, type House } from '../support/app.ts'
import { isCluster } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { openSmallDisk, type SmallDisk } from '../support/small-disk.ts'

const readyIs = (house: House, status: number) =>
  eventually(async () => {
    assert.equal((await fetch(`${house.urls[0] ?? ''}/readyz`)).status, status)
  })

async function fillAndFree(house: House, disk: SmallDisk): Promise<void> {
  house.announce({ logs: [/./] })
  await readyIs(house, 200)
  disk.fill()
  await readyIs(house, 503)
  disk.free()
  await readyIs(house, 200)
}

void test('who has no room for what followers send is not ready, until there is room again', async (t) => {
  const disk = openSmallDisk(4)
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    wrap: disk.wrap,
    settings: { MEDIA_DIR: disk.dir },
  })
  t.after(async () => {
    await house.close()
    disk.close()
  })
  await fillAndFree(house, disk)
  assert.deepEqual(readdirSync(join(disk.dir, 'drafts')), [], 'nothing of the tries is left')
})

void test('who has no room for the database is not ready, until there is room again', async (t) => {
  // a server's disk is the server's own: it says so by refusing the write
  if (isCluster) {
    const house = await openHouse({ rules: false, withoutCron: true })
    t.after(() => house.close())
    const before = await house.rows<{ value: string }>(
      "select value from installation where name = 'probe'",
    )
    await readyIs(house, 200)
    const after = await house.rows<{ value: string }>(
      "select value from installation where name = 'probe'",
    )
    assert.notDeepEqual(after, before, 'a try is a committed write')
    return
  }
  const disk = openSmallDisk(32)
  const house = await openHouse({ rules: false, withoutCron: true, wrap: disk.wrap, dir: disk.dir })
  t.after(async () => {
    await house.close()
    disk.close()
  })
  await fillAndFree(house, disk)
})

void test('however often it is asked, it is tried once a second', async (t) => {
  let tries = 0
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    alone: true,
    wrap: (ports) => ({
      ...ports,
      vault: { ...ports.vault, probe: async () => void (tries += 1) },
    }),
  })
  t.after(() => house.close())
  const began = performance.now()
  for (let n = 0; n < 50; n += 1) await fetch(`${house.url}/readyz`)
  const seconds = (performance.now() - began) / 1000
  assert.ok(tries >= 1 && tries <= 1 + seconds, `${tries} in ${seconds} s`)
})
