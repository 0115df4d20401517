// Three followers who have written, and functions that prepare them for a job.
import assert from 'node:assert/strict'
import type { Value } from '../../src/store/engine/sql.ts'
import type { Actor, ApiAnswer, House } from './app.ts'
import { eventually } from './eventually.ts'
import type { Follower } from './follower.ts'
import { marks } from './marks.ts'
import { accountOf } from './seen.ts'

export type Guest = { customer: Follower; customerId: string; sessionId: string }
export type JobScene = {
  house: House
  /** The agent of this scene alone, so that scenes do not disturb each other. */
  agent: Actor
  guests: Guest[]
  groups: [from: number, to: number]
  companyId: string
  accountId: string
}
export const ids = ({ guests }: JobScene) => guests.map(({ sessionId }) => sessionId)

export const write = (house: House, query: string, values: Value[] = []) =>
  house.app.ports.store.work('rest', (unit) => unit.sql.run(query, values))

export const each = async (
  scene: JobScene,
  how: (at: string, guest: Guest) => Promise<ApiAnswer>,
) => {
  for (const guest of scene.guests) {
    const { status, body } = await how(`/api/sessions/${guest.sessionId}`, guest)
    assert.ok(status < 300, JSON.stringify(body))
  }
}
export type Ranked = { rank: number; queued_at: number; priority: number; window_end: number }

export const claim = (scene: JobScene) =>
  each(scene, (at) => scene.agent.call('POST', `${at}/claim`, {}))
export const give = (scene: JobScene, to: object) =>
  each(scene, (at) => scene.house.admin.call('POST', `${at}/transfer`, to))
export const answer = (scene: JobScene) =>
  each(scene, (at, { sessionId }) => {
    const line = { clientMsgId: `a${sessionId}`, type: 'text', text: `您好 ${sessionId}` }
    return scene.agent.call('POST', `${at}/messages`, line)
  })

/**
 * Makes everything about these sessions and customers look as if it had happened this much earlier,
 * so that timers are due.
 */
export async function age(scene: JobScene, ms: number): Promise<void> {
  const times = [
    'add_time',
    'queued_at',
    'assigned_at',
    'receive_message_time',
    'send_time',
    'unanswered_since',
  ]
  const set = times.map((name) => `${name} = ${name} - ${ms}`).join(', ')
  const some = ids(scene)
  await write(
    scene.house,
    `update message_session set ${set} where session_id in (${marks(some)})`,
    some,
  )
  const customers = scene.guests.map(({ customerId }) => customerId)
  await write(
    scene.house,
    `update wx_user set active_at = active_at - ${ms}, last_time = last_time - ${ms} where wx_user_id in (${marks(customers)})`,
    customers,
  )
}

export const allSent = (scene: JobScene) =>
  eventually(async () => {
    const some = ids(scene)
    const rows = await scene.house.rows(
      `select outbox_id from outbox where state = 'sent' and way = 'api' and session_id in (${marks(some)})`,
      some,
    )
    assert.equal(rows.length, some.length)
  })

/**
 * Looks up the open session of each follower, because those who have written again have a different
 * one now.
 */
export async function nowOpen(scene: JobScene): Promise<void> {
  for (const guest of scene.guests) {
    const [row] = await scene.house.rows<{ session_id: string }>(
      'select session_id from message_session where wx_user_id = ? and open_key is not null',
      [guest.customerId],
    )
    assert.ok(row)
    guest.sessionId = row.session_id
  }
}

export const sceneIds = async (house: House) => {
  const accountId = await accountOf(house)
  const [row] = await house.rows<{ company_id: string }>(
    'select company_id from official_account where account_id = ?',
    [accountId],
  )
  return { accountId, companyId: row?.company_id ?? '' }
}
