// The wire to the database goes dead: nothing is refused and nothing is closed, and nothing comes of what is sent.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { openHouse, type House } from '../support/app.ts'
import { openEdition, openSecond } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { inTime, lasts } from '../support/pauses.ts'
import { rawPush, textXml } from '../support/raw-push.ts'
import { openTcpProxy } from '../support/tcp-proxy.ts'

// TCP gives up after 75 s and more, WeChat after 5, a signal is obeyed within 15
const soonMs = 10_000
const orderlyMs = 14_000

async function openWire(t: TestContext, end: () => Promise<void>) {
  const edition = await openEdition()
  const proxy = await openTcpProxy(edition.settings['DATABASE_URL'] ?? '')
  t.after(async () => {
    await end()
    await proxy.close()
    await edition.close()
  })
  return { proxy, settings: { ...edition.settings, DATABASE_URL: proxy.url } }
}

/** Each answer that says so is announced as it comes: until the wire is back there may be as many as are asked for. */
const pushing = (house: House, openid: string) => async (n: number) => {
  const answer = await rawPush(house, textXml(openid, String(n), `line ${n}`))
  if (answer.status === 503) house.announce({ unserved: { most: 1, why: 'the wire is dead' } })
  return answer
}

void test('a connection whose settings the server refuses is never used', async (t) => {
  let close = () => Promise.resolve()
  const { proxy, settings } = await openWire(t, () => close())
  const house = await openHouse({ alone: true, rules: false, withoutCron: true, settings })
  close = house.close
  house.announce({ logs: [/./] })
  const push = pushing(house, 'oUnset')
  assert.equal((await push(1)).status, 200, 'the premise')
  const level = 'isolation level read '
  proxy.garble(`${level}committed`, `${level}committee`)
  proxy.cut()
  for (let n = 2; n < 12; n += 1) assert.equal((await inTime(push(n), soonMs)).status, 503)
  proxy.garble(`${level}committee`, `${level}committed`)
  await eventually(async () => {
    assert.equal((await push(12)).status, 200)
  }, 'back')
})

void test('behind a dead wire pushes and readiness are 503 within seconds, and served again within seconds of its return', async (t) => {
  let close = () => Promise.resolve()
  const { proxy, settings } = await openWire(t, () => close())
  const house = await openHouse({ alone: true, rules: false, settings })
  close = house.close
  house.announce({ logs: [/./] })
  const push = pushing(house, 'oDeadWire')
  const ready = () => fetch(`${house.url}/readyz`)
  assert.equal((await push(1)).status, 200, 'the premise')
  proxy.goDead()
  const [pushed, asked] = await Promise.all([inTime(push(2), soonMs), inTime(ready(), soonMs)])
  assert.deepEqual([pushed.status, asked.status], [503, 503])
  assert.equal((await inTime(push(3), soonMs)).status, 503)
  assert.equal((await fetch(`${house.url}/healthz`)).status, 200)

  proxy.revive()
  await eventually(async () => {
    assert.equal((await ready()).status, 200)
  }, 'back')
  await eventually(async () => {
    assert.equal((await push(2)).status, 200)
  }, 'back')
  // reads have connections of their own, which come back by themselves
  await eventually(async () => {
    const lines = await house.rows<{ text: string }>(
      'select text from message_data where opercode = 2 order by seq',
    )
    assert.deepEqual(
      lines.map(({ text }) => text),
      ['line 1', 'line 2'],
    )
  }, 'back')
})

void test('once somebody is served again, nobody is sent away for what was asked while the wire was dead', async (t) => {
  let close = () => Promise.resolve()
  const { proxy, settings } = await openWire(t, () => close())
  const house = await openHouse({ alone: true, rules: false, withoutCron: true, settings })
  close = house.close
  house.announce({ logs: [/./] })
  const push = pushing(house, 'oCameBack')
  assert.equal((await push(1)).status, 200, 'the premise')
  proxy.goDead()
  assert.equal((await inTime(push(2), soonMs)).status, 503)
  const asked = fetch(`${house.url}/readyz`)
  await lasts(500)
  proxy.revive()
  await eventually(async () => {
    assert.equal((await push(2)).status, 200)
  }, 'back')
  assert.equal((await inTime(asked, soonMs)).status, 503, 'it was dead then')
  for (let n = 3; n < 13; n += 1) assert.equal((await push(n)).status, 200)
})

void test('behind a dead wire SIGTERM still ends a process in order', async (t) => {
  let kill = () => false
  const { proxy, settings } = await openWire(t, async () => {
    kill()
  })
  const dir = mkdtempSync(join(tmpdir(), 'kefu-dead-wire-'))
  const { child, url } = await openSecond(
    { ...settings, HOST: '127.0.0.1', PORT: '0', DATA_DIR: dir },
    { withoutCron: false },
  )
  kill = () => child.kill('SIGKILL')
  t.after(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  proxy.goDead()
  assert.equal((await inTime(fetch(`${url}/readyz`), soonMs)).status, 503)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  assert.deepEqual(await inTime(ended, orderlyMs), [0, null])
})
