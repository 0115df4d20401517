import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openHouse, type House } from '../support/app.ts'
import { isCluster } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { rawPush, textXml } from '../support/raw-push.ts'
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

void test('a process whose disk is too full for media is not ready, until there is room again', async (t) => {
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

void test('a process whose disk is too full for the database is not ready, until there is room again', async (t) => {
  // the disk of the cluster edition's database server cannot be filled here. A full one refuses to
  // write, so it is only tested that each look at the readiness commits a write
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
  // files lie on another disk, so that only the database can notice that this one is full, if it is
  // a real one (test/support/small-disk.ts)
  const files = mkdtempSync(join(tmpdir(), 'kefu-files-'))
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    wrap: disk.wrap,
    dir: disk.dir,
    settings: { MEDIA_DIR: files },
  })
  t.after(async () => {
    await house.close()
    disk.close()
    rmSync(files, { recursive: true, force: true })
  })
  await fillAndFree(house, disk)
})

void test("while the database's disk is full no push is answered as stored, and once there is room each is stored exactly once", async (t) => {
  // in the cluster edition the database server has a disk of its own, which this test cannot fill,
  // so there is nothing to test
  if (isCluster) return
  const disk = openSmallDisk(16)
  const house = await openHouse({ rules: false, withoutCron: true, wrap: disk.wrap, dir: disk.dir })
  t.after(async () => {
    await house.close()
    disk.close()
  })
  const most = 60
  house.announce({ logs: [/./], unserved: { most, why: 'there is no room' } })
  const push = async (id: number) => {
    const answer = await rawPush(house, textXml(`o${id % 7}`, String(id), '问'.repeat(600)))
    return answer.status === 200
  }
  const stored = async () => {
    const rows = await house.rows<{ id: string }>(
      'select dedup_key as id from inbox order by inbox_id',
    )
    return rows.map(({ id }) => Number(id.replace('m:', '')))
  }
  assert.ok(await push(0), 'the premise')
  disk.fill()
  await readyIs(house, 503)
  // writes that fit into the space that the log already has may still succeed, so pushes are sent
  // until twenty were refused
  const taken = [0]
  const refused: number[] = []
  for (let id = 1; refused.length < 20 && id < 2000; id += 1) {
    if (await push(id)) taken.push(id)
    else refused.push(id)
    const known = new Set(await stored())
    assert.deepEqual(
      taken.filter((one) => !known.has(one)),
      [],
      'answered, and not stored',
    )
  }
  assert.equal(refused.length, 20)
  await readyIs(house, 503)
  disk.free()
  await readyIs(house, 200)
  const all = [...taken, ...refused]
  for (const id of all) assert.ok(await push(id), `${id} comes again`)
  const inOrder = (some: number[]) => some.toSorted((a, b) => a - b)
  assert.deepEqual(inOrder(await stored()), inOrder(all))
  const lines = await house.rows('select message_id from message_data where opercode = 2')
  assert.equal(lines.length, all.length)
  console.log(`${taken.length} pushes taken and ${refused.length} refused without room`)
})

void test('readiness is tested at most once a second, however often it is asked', async (t) => {
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
