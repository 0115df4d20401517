// Why a reply did not arrive is told by a code, and explained in Chinese and in English.
import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { sample } from 'wechat-simulator'
import { mediaDir } from '../../src/config.ts'
import { openHouse, post, type Actor, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'

type Desk = { house: House; agent: Actor; path: string }
type Delivery = { state: string; errcode?: number; why?: string; explanation?: string }

const tokenRefused = 42001
const dailyLimit = 45009
const elevenMinutes = 11 * 60_000

async function desk(t: { after: (close: () => Promise<void>) => void }): Promise<Desk> {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  house.announce({ logs: ['a reply did not simply arrive'] })
  await (await follower(house)).says('在吗')
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  return { house, agent, path: `/api/sessions/${id}` }
}

/**
 * Makes the simulated WeChat fail at the next call that sends a message, or at the next `next`
 * calls, or at all of them if `next` is 0. `how` may name the path of other calls.
 */
const fault = ({ house }: Desk, how: object) =>
  post(`${house.simulator}/sim/faults`, { path: '/cgi-bin/message/custom/send', ...how })
const mend = ({ house }: Desk) => fetch(`${house.simulator}/sim/faults`, { method: 'DELETE' })

async function reply({ agent, path }: Desk, clientMsgId: string, more: object = {}) {
  const said = { clientMsgId, type: 'text', text: clientMsgId, ...more }
  const answer = await agent.call('POST', `${path}/messages`, said)
  assert.equal(answer.status, 202, JSON.stringify(answer.body))
  return answer.body.message.id as string
}

async function deliveryOf({ house, path }: Desk, id: string): Promise<Delivery> {
  const { items } = (await house.admin.call('GET', `${path}/messages`)).body as {
    items: { id: string; delivery?: Delivery }[]
  }
  return items.find((line) => line.id === id)?.delivery ?? { state: 'none' }
}

async function endsAs(at: Desk, id: string, wanted: Omit<Delivery, 'explanation'>) {
  const { explanation, ...rest } = await eventually(async () => {
    const now = await deliveryOf(at, id)
    assert.deepEqual([now.state, now.why], [wanted.state, wanted.why])
    return now
  }, 'movedClock')
  assert.deepEqual(rest, wanted)
  assert.match(explanation ?? '', /[一-鿿].* \/ [A-Z]/)
}

const isTried = (at: Desk, id: string) =>
  eventually(async () => {
    const [row] = await at.house.rows<{ state: string; attempts: number }>(
      'select state, attempts from outbox where outbox_id = ?',
      [id],
    )
    assert.ok(row?.state === 'pending' && row.attempts > 0)
  })

void test('why a reply did not arrive is told for one that WeChat refused, one that it never answered, and one that a person settled; a reply that arrived tells no reason', async (t) => {
  const at = await desk(t)
  await fault(at, { kind: 'errcode', errcode: 45002 })
  const refused = await reply(at, 'refused')
  await endsAs(at, refused, { state: 'failed', errcode: 45002, why: 'wechat_refused' })

  await fault(at, { kind: 'reset', next: 2 })
  const [lost, doubtful] = [await reply(at, 'lost'), await reply(at, 'doubtful')]
  await endsAs(at, lost, { state: 'unknown', why: 'no_answer' })
  await endsAs(at, doubtful, { state: 'unknown', why: 'no_answer' })
  const settle = (id: string, how: string, body: object) =>
    at.agent.call('POST', `/api/messages/${id}/${how}`, body)
  const resolved = await settle(lost, 'resolve', { delivered: false })
  assert.equal(resolved.body.message.delivery.why, 'resolved')
  await endsAs(at, lost, { state: 'failed', why: 'resolved' })
  const again = await settle(doubtful, 'resend', {})
  await endsAs(at, doubtful, { state: 'failed', why: 'resent' })
  await eventually(async () => {
    assert.deepEqual(await deliveryOf(at, again.body.message.id), { state: 'sent', errcode: 0 })
  })

  const said = await settle(refused, 'resolve', { delivered: true })
  assert.deepEqual(said.body.message.delivery, { state: 'sent', errcode: 45002 })
})

void test('a reply that was given up tells whether WeChat refused the token or the upload for ten minutes, and a dropped one tells that the session was closed', async (t) => {
  const at = await desk(t)
  await fault(at, { kind: 'expireToken', next: 0 })
  const token = await reply(at, 'token')
  await isTried(at, token)
  await at.house.app.advanceTo(elevenMinutes)
  await endsAs(at, token, { state: 'failed', errcode: tokenRefused, why: 'token_refused' })

  await mend(at)
  const upload = { path: '/cgi-bin/media/upload', kind: 'errcode', errcode: dailyLimit, next: 0 }
  await fault(at, upload)
  const { body: file } = await at.agent.upload(sample('cat.jpg'), 'cat.jpg')
  const image = await reply(at, 'image', { type: 'image', mediaId: file.id })
  await isTried(at, image)
  await at.house.app.advanceTo(2 * elevenMinutes)
  await endsAs(at, image, { state: 'failed', errcode: dailyLimit, why: 'upload_failed' })

  await mend(at)
  await fault(at, { kind: 'expireToken', next: 0 })
  const dropped = await reply(at, 'dropped')
  await isTried(at, dropped)
  const closed = await at.agent.call('POST', `${at.path}/close`, { pending: 'drop' })
  assert.equal(closed.status, 200)
  await endsAs(at, dropped, { state: 'failed', why: 'dropped_on_close' })
})

void test('a reply whose file or account is gone by the time it is sent tells that as the reason, without an errcode, since WeChat was not asked', async (t) => {
  const at = await desk(t)
  await fault(at, { kind: 'expireToken', next: 0 })
  const before = await reply(at, 'before')
  await isTried(at, before)
  const { body: file } = await at.agent.upload(sample('cat.jpg'), 'cat.jpg')
  const image = await reply(at, 'image', { type: 'image', mediaId: file.id })
  for (const company of readdirSync(mediaDir(at.house.config))) {
    rmSync(join(mediaDir(at.house.config), company), { recursive: true })
  }
  await mend(at)
  await endsAs(at, image, { state: 'failed', why: 'file_missing' })

  await fault(at, { kind: 'expireToken', next: 0 })
  const after = await reply(at, 'after')
  await isTried(at, after)
  const [mine] = (await at.house.admin.call('GET', '/api/accounts')).body.items as { id: string }[]
  assert.equal((await at.house.admin.call('DELETE', `/api/accounts/${mine?.id}`)).status, 200)
  await endsAs(at, after, { state: 'failed', why: 'account_not_bound' })
})
