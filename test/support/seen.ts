// What many tests do: read sessions and accounts, change settings, run jobs and move the clock.
import assert from 'node:assert/strict'
import { commonLane } from '../../rules/session/lane.ts'
import type { Actor, House } from './app.ts'
import { testAccount, signIn } from './app.ts'
import type { Follower } from './follower.ts'

export type Seen = {
  id: string
  stateCode: number
  agentUid: number | null
  unread: number
  fence: number
  closeReason: string | null
  assigned: boolean
  answerable: boolean
  unansweredSince: string | null
  queue?: { lane: string; position: number | null; estimatedSeconds: number | null }
  customer: { id: string; openid: string; exclusiveAgentUid: number; priority: number }
}
export type LedgerStep = {
  from: number | null
  to: number
  actor: string
  reason: string
  fence: number
  candidates?: { uid?: number; why: string }[]
}

/** The id of the account that every product under test has from the start. */
export const accountOf = async (house: House): Promise<string> =>
  (
    await house.rows<{ account_id: string }>(
      'select account_id from official_account where appid = ?',
      [testAccount.appid],
    )
  )[0]?.account_id ?? ''
/** The common lane of the account that every product under test has from the start. */
export const commonOf = async (house: House) => commonLane(await accountOf(house))

/** The follower's newest session, whatever state it is in. */
export async function sessionOf(
  house: House,
  customer: Follower,
  admin = house.admin,
): Promise<Seen> {
  const {
    items: [found],
  } = (await admin.call('GET', `/api/customers?search=${customer.openid}`)).body as {
    items: { id: string }[]
  }
  const {
    items: [newest],
  } = (await admin.call('GET', `/api/customers/${found?.id ?? ''}/sessions`)).body as {
    items: Seen[]
  }
  assert.ok(newest, `no session of ${customer.openid}`)
  return newest
}

export const ledgerOf = async (admin: Actor, id: string) =>
  (await admin.call('GET', `/api/sessions/${id}/ledger`)).body.items as LedgerStep[]

export const presence = (agent: Actor, status: string) =>
  agent.call('PUT', '/api/me/presence', { status })

export async function runJob(admin: Actor, name: string): Promise<Record<string, number>> {
  const answer = await admin.call('POST', `/api/admin/jobs/${name}/run`, {})
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.result as Record<string, number>
}

export async function setAll(house: House, settings: object, admin = house.admin): Promise<void> {
  assert.equal((await admin.call('PATCH', '/api/settings', settings)).status, 200)
  await house.heard()
}

/** Moves the clock. Sign-ins may have ended by then, so the admin signs in again. */
export async function later(house: House, totalMs: number): Promise<Actor> {
  await house.app.advanceTo(totalMs)
  return signIn(house.url, 'admin')
}

/** Makes a push arrive after the job has read its candidates and before it locks them. */
export function pushFirst(house: House, push: () => Promise<unknown>) {
  const { ports } = house.app
  let pushed = 0
  const store = {
    ...ports.store,
    work: async (...call: Parameters<typeof ports.store.work>) => {
      if (pushed === 0) {
        pushed += 1
        await push()
      }
      return ports.store.work(...call)
    },
  } as typeof ports.store
  return { raced: { ...ports, store }, pushed: () => pushed }
}
