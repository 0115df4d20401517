// Replays: rules are tried on stored messages while followers keep writing.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openRandom } from '../../scripts/bench/rules-corpus.ts'
import { newMessage } from '../../src/actions/lines/new-rows.ts'
import { newId } from '../../src/ids.ts'
import { testAccount, openHouse, signIn, type House } from '../support/app.ts'
import { isCluster, openSecond } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { makeFolder } from '../support/folder.ts'
import { follower } from '../support/follower.ts'
import { times } from '../support/full.ts'
import { nothingFor } from '../support/pauses.ts'
import { signed, textXml } from '../support/raw-push.ts'

const stored = times(5_000, 100_000)
const questions = [
  '我要退款',
  '发票怎么开',
  '几点开门',
  '人工客服',
  '在吗',
  '你好',
  '快递到哪了',
  '怎么换货',
  '谢谢',
  '地址在哪里',
]

/** Inserts lines directly into the database, because the test is about what is done with them. */
async function fill(house: House): Promise<{ from: string; to: string }> {
  await (await follower(house)).says('第一句')
  const { store } = house.app.ports
  const [customer] = await store.read.sql.all<any>('select * from wx_user')
  const random = openRandom(3)
  const now = house.app.ports.clock.now()
  for (let n = 0; n < stored; n += 500) {
    const lines = Array.from({ length: Math.min(500, stored - n) }, () => {
      const tail = Array.from({ length: Math.floor(random() * 20) }, () =>
        String.fromCharCode(0x4e00 + Math.floor(random() * 500)),
      ).join('')
      return newMessage(customer, {
        message_id: newId(),
        opercode: 2,
        text: (questions[Math.floor(random() * questions.length)] ?? '') + tail,
        add_time: now - Math.floor(random() * 86_400_000) - 3_600_000,
      })
    })
    await store.work('rest', (unit) => unit.messages.insert(lines))
  }
  return {
    from: new Date(now - 2 * 86_400_000).toISOString(),
    to: new Date(now - 1_800_000).toISOString(),
  }
}

const percentile = (values: number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ??
  NaN

/**
 * Pushes messages of many followers, four at a time, until told to stop; returns the duration of
 * each push.
 */
function pushing(house: House) {
  let over = false
  const took: number[] = []
  let count = 0
  const done = Promise.all(
    [1, 2, 3, 4].map(async (lane) => {
      while (!over) {
        count += 1
        const began = performance.now()
        const answer = await fetch(`${house.url}/wechat/${testAccount.appid}?${signed()}`, {
          method: 'POST',
          body: textXml(`oReplay_${lane}_${count % 50}`, `9${Date.now()}${count}`, '几点开门'),
        })
        await answer.text()
        assert.equal(answer.status, 200)
        took.push(performance.now() - began)
      }
    }),
  )
  return {
    took,
    stop: async () => {
      over = true
      await done
    },
  }
}

const drafts = [
  {
    name: '退款',
    match: { kind: 'contains', keywords: ['退款', '换货'] },
    action: { kind: 'text', text: '七天内可退' },
  },
  {
    name: '抢了',
    priority: 9,
    match: { kind: 'contains', keywords: ['几点'] },
    action: { kind: 'text', text: '另一个答案' },
  },
  {
    name: '没用',
    match: { kind: 'exact', keywords: ['没有人这样问'] },
    action: { kind: 'text', text: '…' },
  },
]

void test(
  'a replay of new rules over stored messages reports hits, coverage and changed answers, and pushes are answered meanwhile',
  { timeout: 600_000 },
  async (t) => {
    const house = await openHouse()
    t.after(() => house.close())
    const range = await fill(house)
    const before = pushing(house)
    await eventually(() => {
      assert.ok(before.took.length >= 100, 'enough to compare with')
    }, 'replay')
    await before.stop()

    const during = pushing(house)
    const started = await house.admin.call('POST', '/api/rules/replay', { rules: drafts, ...range })
    assert.equal(started.status, 202, JSON.stringify(started.body))
    assert.equal(
      (await house.admin.call('POST', '/api/rules/replay', range)).status,
      409,
      'one at a time',
    )
    const seen: number[] = []
    const began = performance.now()
    await eventually(async () => {
      const now = (await house.admin.call('GET', `/api/rules/replay/${started.body.id}`)).body
      seen.push(now.progress)
      assert.equal(now.state, 'done', JSON.stringify(now))
    }, 'replay')
    const tookMs = performance.now() - began
    await during.stop()
    const { result, progress } = (
      await house.admin.call('GET', `/api/rules/replay/${started.body.id}`)
    ).body
    assert.equal(progress, 1)
    assert.ok(
      seen.every((value, at) => at === 0 || value >= (seen[at - 1] ?? 0)),
      'progress only grows',
    )

    // the numbers of the replay's report are compared with those counted by SQL and by hand
    const rows = await house.rows<{ text: string }>(
      'select text from message_data where opercode = 2 and add_time >= ? and add_time < ?',
      [Date.parse(range.from), Date.parse(range.to)],
    )
    const holding = (...words: string[]) =>
      rows.filter((row) => words.some((word) => row.text.includes(word))).length
    assert.equal(result.messages, rows.length)
    assert.equal(rows.length, stored)
    const hits = Object.fromEntries(result.hits.map((one: any) => [one.name, one.hits]))
    assert.deepEqual(
      [hits['退款'], hits['抢了'], hits['没用']],
      [holding('退款', '换货'), holding('几点'), 0],
    )
    assert.equal(result.newlyWrong.count, holding('几点'), 'what another rule answered until now')
    assert.deepEqual(
      [result.newlyWrong.samples[0].before, result.newlyWrong.samples[0].after],
      ['营业时间 / Hours', '抢了'],
    )
    assert.equal(result.newlyAnswered.count, holding('退款', '换货'))
    assert.ok(result.coverage.after > result.coverage.before)
    assert.equal(
      (await house.admin.call('GET', '/api/rules?limit=200')).body.items.some(
        (one: any) => one.name === '退款',
      ),
      false,
      'nothing was switched on',
    )

    const p99 = { before: percentile(before.took, 0.99), during: percentile(during.took, 0.99) }
    t.diagnostic(
      `${stored} messages replayed in ${tookMs.toFixed(0)} ms; a push took p50 ${percentile(before.took, 0.5).toFixed(1)} ms, p99 ${p99.before.toFixed(1)} ms (${before.took.length} pushes) before,` +
        ` p50 ${percentile(during.took, 0.5).toFixed(1)} ms, p99 ${p99.during.toFixed(1)} ms (${during.took.length} pushes) meanwhile`,
    )
  },
)

/**
 * In the cluster edition, starts another process of the product, which ends before the house, and
 * returns its address; otherwise there is only one process.
 */
async function openOther(house: House): Promise<string> {
  if (!isCluster) return house.url
  const settings = Object.entries(house.config).filter(([, value]) => typeof value === 'string')
  const said: string[] = []
  const other = await openSecond(
    { ...Object.fromEntries(settings), PORT: '0' },
    { withoutCron: false, hear: ({ text }) => said.push(text) },
  )
  const { close } = house
  house.close = async () => {
    await other.allSaid()
    await other.close()
    await close()
    assert.deepEqual(said, [])
  }
  return other.url
}

void test(
  'a replay that is cancelled, at whichever process, stops, and the next one can run',
  { timeout: 120_000 },
  async (t) => {
    const house = await openHouse({ alone: true })
    t.after(() => house.close())
    const range = await fill(house)
    // the third portion of messages waits for the test, so that the replay is held in the middle
    const { slow } = house.app.ports.store
    const typed = slow.replays.typed.bind(slow.replays)
    let heaps = 0
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    slow.replays.typed = async (companyId, bounds) => {
      if (bounds.to === Date.parse(range.to)) heaps += 1
      if (heaps === 3) await held
      return typed(companyId, bounds)
    }
    const began = performance.now()
    const started = (
      await house.admin.call('POST', '/api/rules/replay', { rules: drafts, ...range })
    ).body
    const state = async () =>
      (await house.admin.call('GET', `/api/rules/replay/${started.id}`)).body
    await eventually(async () => {
      assert.deepEqual([heaps, (await state()).state], [3, 'running'])
    })
    // the other process is started only now, so it is not the one that works on the replay
    const there = await signIn(await openOther(house), 'admin')
    const cancelled = await there.call('DELETE', `/api/rules/replay/${started.id}`)
    assert.deepEqual([cancelled.status, cancelled.body.state], [200, 'cancelled'])
    release()
    const heldMs = performance.now() - began
    const to = new Date(Date.parse(range.to) - 1).toISOString()
    const next = (await there.call('POST', '/api/rules/replay', { rules: [], ...range, to })).body
    await eventually(async () => {
      assert.equal(
        (await house.admin.call('GET', `/api/rules/replay/${next.id}`)).body.state,
        'done',
      )
    }, 'replay')
    const left = await state()
    assert.deepEqual(
      [left.state, left.done, left.result],
      ['cancelled', cancelled.body.done, undefined],
      'nothing was added after it',
    )
    assert.ok(left.done < stored)
    // a replay rests as long as its last portion took, and this one took as long as it was held
    await nothingFor(heldMs + 500)
    assert.equal(heaps, 3, 'no message was read after it')
  },
)

void test(
  'a replay whose process shuts down is completed by the next process',
  { timeout: 120_000, skip: isCluster },
  async (t) => {
    const dir = makeFolder('replay')
    const house = await openHouse({ dir })
    const range = await fill(house)
    const { slow } = house.app.ports.store
    const typed = slow.replays.typed.bind(slow.replays)
    let reads = 0
    slow.replays.typed = async (...args) => {
      reads += 1
      // the process is told to close while the replay is running
      if (reads === 3) closing = house.close()
      return typed(...args)
    }
    let closing: Promise<void> | undefined
    const started = (
      await house.admin.call('POST', '/api/rules/replay', { rules: drafts, ...range })
    ).body
    await eventually(() => {
      assert.ok(closing)
    })
    await closing

    const next = await openHouse({ dir })
    t.after(() => next.close())
    await eventually(async () => {
      const now = (await next.admin.call('GET', `/api/rules/replay/${started.id}`)).body
      assert.deepEqual([now.state, now.result?.messages], ['done', stored])
    }, 'replay')
  },
)
