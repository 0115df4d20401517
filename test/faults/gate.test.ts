// The gate limits how many pushes run at once, and refuses at once those that would wait too long.
// Some of the tests block the single writer of the embedded edition.
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { releaseTestAccounts } from 'wechat-api-ts'
import { openBatches } from '../../src/actions/push/batches.ts'
import { testAccount, openHouse, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { endBefore } from '../support/obstacles.ts'
import { inTime, timePasses } from '../support/pauses.ts'
import { pushAgain, rawPush, textXml } from '../support/raw-push.ts'

/**
 * Keeps the single writer of the database busy until it is released, so that pushes have to wait.
 */
async function holdWriter(house: House): Promise<() => Promise<void>> {
  const end = new EventTarget()
  let held: Promise<unknown> = Promise.resolve()
  await new Promise<void>((resolve) => {
    held = house.app.ports.store.work('push', async () => {
      const ended = once(end, 'end')
      resolve()
      await ended
    })
  })
  const letGo = () => end.dispatchEvent(new Event('end'))
  endBefore(house, { destroy: letGo })
  return async () => {
    letGo()
    await held
  }
}

/**
 * While the writer is blocked, pushes that are let in get no answer, so an immediate status means a
 * refusal.
 */
const statusAtOnce = async (push: Promise<Response>) => (await inTime(push, 10_000)).status

const inFlight = async (house: House) =>
  Number(/^kefu_pushes_in_flight (-?\d+)$/m.exec(await house.metrics())?.[1])

/**
 * Opens an encrypted push, whose body is announced but never sent here. Its signature is made up:
 * it would cover the body, so it is not checked before the body has come.
 */
async function slowBody(house: House): Promise<Socket> {
  const { hostname, port } = new URL(house.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(
    `POST /wechat/${testAccount.appid}?encrypt_type=aes&timestamp=1&nonce=2&msg_signature=x HTTP/1.1\r\n` +
      'Host: localhost\r\nContent-Type: text/xml\r\nContent-Length: 24\r\n\r\n',
  )
  return socket
}

void test('after an overload the gate lets in exactly as many pushes as before', async (t) => {
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    settings: { WEBHOOK_MAX_IN_FLIGHT: '1' },
  })
  t.after(() => house.close())
  house.announce({ unserved: { most: 20, why: 'ten come to a full gate, twice' } })
  for (const round of ['a', 'b']) {
    const release = await holdWriter(house)
    const running = rawPush(house, textXml('o1', `${round}1`, '一'))
    await eventually(async () => {
      assert.equal(await inFlight(house), 1)
    })
    for (let n = 0; n < 10; n += 1) {
      const status = await statusAtOnce(rawPush(house, textXml('o2', `${round}2${n}`, '二')))
      assert.equal(status, 503, `round ${round}`)
    }
    await release()
    assert.equal((await running).status, 200)
    assert.equal(await inFlight(house), 0)
  }
  assert.match(await house.metrics(), /^kefu_pushes_total\{result="overloaded"\} 20$/m)
})

void test('a push that waits for the disk still counts as the oldest, by whose age the gate refuses others', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  const { ports } = house.app
  const disk = new EventTarget()
  const slow: typeof ports.store.work = async (kind, work, limits) => {
    const done = once(disk, 'done')
    const result = await ports.store.work(kind, work, limits)
    await done
    return result
  }
  const batches = openBatches({ ...ports, store: { ...ports.store, work: slow } })
  const known = await ports.known.account(testAccount.appid)
  const company = known && (await ports.known.company(known.company_id))
  assert.ok(known && company)
  const deed = { kind: 'text' as const, text: '一' }
  const stored = batches.take({
    account: known,
    company,
    customerKey: 'o1',
    dedupKey: 'm:1',
    deed,
    xml: '',
  })
  // its answer is awaited at the end, and if it comes too late, this must not end the test before
  stored.catch(() => undefined)
  await eventually(async () => {
    assert.equal((await house.rows('select text from message_data')).length, 1)
  })
  await eventually(() => {
    assert.ok(batches.oldestMs() > 1500)
  })
  disk.dispatchEvent(new Event('done'))
  await stored
  await batches.idle()
  assert.equal(batches.oldestMs(), 0)
})

void test('strangers whose bodies do not arrive occupy no place that pushes from WeChat need', async (t) => {
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    settings: { WEBHOOK_MAX_IN_FLIGHT: '2' },
  })
  t.after(() => house.close())
  const strangers = await Promise.all([1, 2, 3, 4].map(() => slowBody(house)))
  // until each body counts as slow, which it does when it has not come after a tenth of a second
  await timePasses(300)
  assert.equal((await rawPush(house, textXml('o1', '1', '一'))).status, 200)
  assert.equal(await inFlight(house), 0)
  for (const socket of strangers) socket.destroy()
})

void test('strangers who ask for platforms occupy no place that pushes from WeChat need', async (t) => {
  const asked: string[] = []
  const end = new EventTarget()
  const ended = once(end, 'end')
  const wait = async (who: string) => {
    asked.push(who)
    await ended
  }
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    alone: true,
    settings: { WEBHOOK_MAX_IN_FLIGHT: '3' },
    wrap: (ports) => {
      const { store, known } = ports
      const { platforms } = store.read
      const slow = Object.create(platforms, {
        list: { value: () => wait('list').then(() => platforms.list()) },
      }) as typeof platforms
      const read = Object.create(store.read, { platforms: { value: slow } }) as typeof store.read
      return {
        ...ports,
        store: { ...store, read },
        known: { ...known, platform: (appid) => wait(appid).then(() => known.platform(appid)) },
      }
    },
  })
  t.after(() => house.close())
  endBefore(house, { destroy: () => end.dispatchEvent(new Event('end')) })
  const names = [releaseTestAccounts[0]?.appid ?? '', 'platform/wx01', 'platform/wx02']
  const strangers = names.map((name) =>
    fetch(`${house.url}/wechat/${name}?encrypt_type=aes&timestamp=1&nonce=2&msg_signature=x`, {
      method: 'POST',
      body: '<xml><Encrypt>x</Encrypt></xml>',
    }),
  )
  await eventually(() => {
    assert.deepEqual(asked.toSorted(), ['list', 'wx01', 'wx02'])
  })
  assert.equal(await inFlight(house), 0)
  assert.equal((await rawPush(house, textXml('o1', '1', '一'))).status, 200)
  end.dispatchEvent(new Event('end'))
  for (const answer of await Promise.all(strangers)) assert.equal(answer.status, 404)
})

void test('at most sixteen slow bodies are allowed per address at once, and further ones are refused', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ unserved: { most: 4, why: 'twenty bodies are slow, and sixteen may be' } })
  const answers: string[] = []
  const strangers = await Promise.all(Array.from({ length: 20 }, () => slowBody(house)))
  for (const socket of strangers) {
    socket.once('data', (bytes: Buffer) => answers.push(bytes.toString().slice(9, 12)))
  }
  await eventually(() => {
    assert.ok(answers.length >= 4)
  })
  for (const socket of strangers) socket.write('<xml><Encrypt/></xml>   ')
  await eventually(() => {
    assert.equal(answers.length, 20)
  })
  assert.deepEqual(
    [answers.filter((one) => one === '503').length, answers.includes('400')],
    [4, true],
  )
  for (const socket of strangers) socket.destroy()
})

void test('a body that does not arrive, or only byte by byte, is refused within seconds and its connection is closed', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ unserved: { most: 2, why: 'two bodies do not come' } })
  const began = performance.now()
  const [silent, dripping] = [await slowBody(house), await slowBody(house)]
  const drops = setInterval(() => dripping.write('<'), 250)
  t.after(() => {
    clearInterval(drops)
    for (const socket of [silent, dripping]) socket.destroy()
  })
  const answers = await Promise.all(
    [silent, dripping].map(async (socket) => {
      const pieces = await inTime(socket.setEncoding('utf8').toArray(), 10_000)
      return pieces.join('').slice(9, 12)
    }),
  )
  assert.deepEqual(answers, ['503', '503'])
  assert.ok(performance.now() - began < 10_000)
})

void test('while the oldest push has waited too long, the next one is refused at once so that WeChat sends it again', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ unserved: { most: 1, why: 'one comes while the oldest waits too long' } })
  const release = await holdWriter(house)
  const [running, waiting] = [
    rawPush(house, textXml('o1', '1', '一')),
    rawPush(house, textXml('o2', '2', '二')),
  ]
  const areIn = (many: number) =>
    eventually(async () => {
      assert.equal(await inFlight(house), many)
    })
  await areIn(2)
  const late = rawPush(house, textXml('o3', '3', '三'))
  await areIn(3)
  // the gate refuses new pushes while the oldest one has waited for more than 1.5 s
  await timePasses(1600)
  assert.equal(await statusAtOnce(rawPush(house, textXml('o4', '4', '四'))), 503)
  await release()
  assert.deepEqual(
    (await Promise.all([running, waiting, late])).map((answer) => answer.status),
    [200, 200, 200],
  )
  assert.equal((await rawPush(house, textXml('o4', '4', '四'))).status, 200)
  assert.equal((await house.rows('select * from message_data')).length, 4)
})

void test('a push that is still being stored when its time is over is refused so that WeChat sends it again, and is stored once', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({
    unserved: { most: 9, why: 'one is stored too slowly, and others wait behind it' },
  })
  const release = await holdWriter(house)
  const push = (n: number) => rawPush(house, textXml(`o${n}`, `${n}`, '在吗'))
  const began = performance.now()
  const late = [push(1), push(2)]
  assert.deepEqual(await Promise.all(late.map(statusAtOnce)), [503, 503])
  const took = performance.now() - began
  assert.ok(took > 3000, `${took} ms: another limit refused them`)
  assert.equal(await statusAtOnce(push(3)), 503, 'they still count as the oldest')
  await release()
  await eventually(async () => {
    assert.equal((await house.rows('select * from message_data')).length, 1)
  })
  const again = [1, 2, 3].map((n) => pushAgain(house, textXml(`o${n}`, `${n}`, '在吗')))
  assert.deepEqual(
    (await Promise.all(again)).map(({ status }) => status),
    [200, 200, 200],
  )
  assert.equal((await house.rows('select * from message_data')).length, 3)
})
