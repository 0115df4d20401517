// The WeChat of one account is slow or silent. Replies, pictures and downloads of other accounts
// must not wait for it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { sample } from 'wechat-simulator'
import { openShares } from '../../src/actions/shares.ts'
import { openHouse, post, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { timePasses } from '../support/pauses.ts'
import { openAccounts, reply, openTalks, type Talk } from '../support/talks.ts'

/** Counts how many lines of these accounts are in each state of delivery. */
const standing = async (house: House, appids: string[]): Promise<Record<string, number>> => {
  const rows = await house.rows<{ appid: string; delivery: string; n: number | string }>(
    'select appid, delivery, count(*) as n from message_data where delivery is not null group by appid, delivery',
  )
  const counts: Record<string, number> = {}
  for (const { appid, delivery, n } of rows) {
    if (appids.includes(appid)) counts[delivery] = (counts[delivery] ?? 0) + Number(n)
  }
  return counts
}

const strike = (house: House, appids: string[], fault: object) => {
  house.announce({ logs: ['a reply did not simply arrive'] })
  return Promise.all(
    appids.map((appid) => post(`${house.simulator}/sim/faults`, { appid, next: 0, ...fault })),
  )
}
const silentSends = { kind: 'silent', path: '/cgi-bin/message/custom/send' }
const slow6s = { kind: 'slow', delayMs: 6000 }

const agentOf = (house: House) => house.agent('agent1', { capacity: 1000 })

void test('while WeChat hangs for one account, replies of other accounts arrive before most of its own have timed out', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const agent = await agentOf(house)
  const [slow = '', quick = ''] = await openAccounts(house, 2)
  const hanging = await openTalks(house, agent, { appid: slow, many: 40 })
  const others = await openTalks(house, agent, { appid: quick, many: 12 })
  await strike(house, [slow], silentSends)

  await Promise.all(hanging.map((talk) => reply(agent, talk)))
  await eventually(async () => {
    assert.ok(((await standing(house, [slow]))['sending'] ?? 0) > 0, 'the premise: it hangs')
  })
  await Promise.all(others.map((talk) => reply(agent, talk)))
  let most = 0
  await eventually(async () => {
    most = Math.max(most, (await standing(house, [slow]))['sending'] ?? 0)
    assert.deepEqual(await standing(house, [quick]), { sent: others.length })
  })
  assert.ok(most <= 8 * house.urls.length, `${most} of the slow account were under way at once`)
  const { unknown = 0 } = await standing(house, [slow])
  assert.ok(unknown <= hanging.length / 2, `they waited for ${unknown} of the slow account`)
})

void test('while WeChat hangs for fifty accounts, replies of another account still arrive', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const agent = await agentOf(house)
  const [quick = '', ...slow] = await openAccounts(house, 51)
  const hanging: Talk[] = []
  for (const appid of slow) hanging.push(...(await openTalks(house, agent, { appid, many: 1 })))
  const others = await openTalks(house, agent, { appid: quick, many: 6 })
  await strike(house, slow, silentSends)

  await Promise.all(hanging.map((talk) => reply(agent, talk)))
  await eventually(async () => {
    const { sending } = await standing(house, slow)
    assert.equal(sending, slow.length, 'each has a place of its own, and hangs')
  })
  await Promise.all(others.map((talk) => reply(agent, talk)))
  await eventually(async () => {
    assert.deepEqual(await standing(house, [quick]), { sent: others.length })
  })
  const { unknown = 0 } = await standing(house, slow)
  assert.ok(unknown <= hanging.length * 0.8, `they waited for ${unknown} of the slow accounts`)
})

void test('while one call of an account hangs, replies to its other followers arrive', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const agent = await agentOf(house)
  const [appid = ''] = await openAccounts(house, 1)
  const [hanging, ...others] = await openTalks(house, agent, { appid, many: 13 })
  assert.ok(hanging)
  await strike(house, [appid], { ...silentSends, next: 1 })

  await reply(agent, hanging)
  await eventually(async () => {
    assert.deepEqual(await standing(house, [appid]), { sending: 1 })
  })
  // a call that hangs for more than a second is suspicious
  await timePasses(1200)
  await Promise.all(others.map((talk) => reply(agent, talk)))
  await eventually(async () => {
    assert.deepEqual(await standing(house, [appid]), { sent: others.length, unknown: 1 })
  }, 'back')
  const rows = await house.rows<{ state: string; settled_at: number }>(
    'select state, settled_at from outbox',
  )
  const endOf = (state: string) =>
    Math.max(...rows.filter((row) => row.state === state).map((row) => row.settled_at))
  assert.ok(endOf('sent') < endOf('unknown'), `${endOf('sent')}, ${endOf('unknown')}`)
})

void test('what another process has taken does not make a hanging account seem quick', () => {
  const limits = { perAccount: 8, first: 4, atOnce: 64, most: 512, slowAfterMs: 1000 }
  const shares = openShares({ now: () => 0, mono: () => 0 }, limits)
  const ends = Array.from({ length: 4 }, () => shares.begin('slow'))
  assert.equal(shares.room('slow'), 0)
  for (let n = 0; n < 4; n += 1) {
    ends.pop()?.(false)
    ends.push(shares.begin('slow'))
  }
  assert.equal(shares.room('slow'), 0)
  ends.pop()?.(true)
  assert.equal(shares.room('slow'), 2, 'one more for each quick answer')
})

void test('while an upload hangs, texts of the same account and pictures of another account arrive', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const agent = await agentOf(house)
  const [slow = '', quick = ''] = await openAccounts(house, 2)
  const pictures = await openTalks(house, agent, { appid: slow, many: 20 })
  const texts = await openTalks(house, agent, { appid: slow, many: 3 })
  const others = await openTalks(house, agent, { appid: quick, many: 3 })
  const { id } = (await agent.upload(sample('cat.jpg'), 'cat.jpg')).body
  await strike(house, [slow], { ...slow6s, path: '/cgi-bin/media/upload' })

  const picture = { type: 'image', mediaId: id }
  await Promise.all(pictures.map((talk) => reply(agent, talk, picture)))
  await eventually(async () => {
    assert.ok(((await standing(house, [slow]))['sending'] ?? 0) > 0, 'the premise: it hangs')
  })
  await Promise.all(texts.map((talk) => reply(agent, talk)))
  await Promise.all(others.map((talk) => reply(agent, talk, picture)))
  await eventually(async () => {
    assert.deepEqual(await standing(house, [quick]), { sent: others.length })
    const texted = await house.rows(
      "select message_id from message_data where text = '在' and delivery = 'sent'",
    )
    assert.equal(texted.length, texts.length)
  })
  const sent = ((await standing(house, [slow]))['sent'] ?? 0) - texts.length
  assert.ok(sent <= pictures.length / 2, `they waited for ${sent} pictures of the slow account`)
})

void test('while the files of one account cannot be downloaded, those of other accounts are', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const [slow = '', quick = ''] = await openAccounts(house, 2)
  await strike(house, [slow], { ...slow6s, path: '/cgi-bin/media/get' })
  const fetched = (appid: string) =>
    house.rows(
      "select f.message_id from media_fetch f join message_data m on m.message_id = f.message_id where m.appid = ? and f.state = 'fetched'",
      [appid],
    )
  const send = async (appid: string) => {
    const customer = await follower(house, appid)
    await customer.says('', { type: 'image' })
  }
  const many = 12
  await Promise.all(Array.from({ length: many }, () => send(slow)))
  await eventually(async () => {
    const rows = await house.rows('select message_id from media_fetch where attempts > 0')
    assert.ok(rows.length > 0, 'the premise: it hangs')
  })
  for (let n = 0; n < 3; n += 1) await send(quick)
  await eventually(async () => {
    assert.equal((await fetched(quick)).length, 3)
  })
  const waited = (await fetched(slow)).length
  assert.ok(waited <= many / 2, `they waited for ${waited} media of the slow account`)
})
