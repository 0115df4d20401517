// Random operations of a busy company. Each is allowed according to what its caller has seen, so it
// may only be refused if somebody else changed something meanwhile.
import assert from 'node:assert/strict'
import { jobs } from '../../src/actions/jobs/jobs.ts'
import { testAccount, type Actor, type House, type ApiAnswer } from './app.ts'
import { asAgent, type Agent } from './crowd.ts'
import type { Draw } from './random.ts'
import { pushAgain, signed, textXml } from './raw-push.ts'

export type SeenSession = {
  id: string
  stateCode: number
  agentUid: number | null
  fence: number
  seq: number
}
type ApiCall = (method: string, path: string, body?: unknown) => Promise<ApiAnswer>

export type Company = {
  house: House
  draw: Draw
  agents: (Agent & { calls: ApiCall[] })[]
  supervisor: Actor
  groupIds: number[]
  openids: string[]
  /** The sessions as the callers have last seen them; by them the next calls are chosen. */
  views: Map<string, SeenSession>
  /** Who owns which session according to an answer; the ledger must confirm it. */
  told: { id: string; uid: number; fence: number }[]
  tally: Record<string, { done: number; refused: number }>
  clock: { totalMs: number }
  count: number
}

const minute = 60_000
const weights = {
  push: 16,
  claimNext: 8,
  claim: 22,
  accept: 10,
  reply: 14,
  close: 8,
  transfer: 10,
  transferToGroup: 3,
  takeover: 2,
  closeAsSupervisor: 2,
  join: 3,
  leave: 2,
  note: 2,
  read: 3,
  presence: 4,
  job: 3,
  clock: 1,
  settings: 0.5,
  priority: 1,
}
type OperationKind = keyof typeof weights

/**
 * For each operation, how a session must have looked to the caller for the operation to make sense.
 */
const looksAt: Partial<Record<OperationKind, (view: SeenSession) => boolean>> = {
  claim: (view) => view.stateCode === 3,
  accept: (view) => view.stateCode === 0,
  reply: (view) => view.stateCode === 1 || view.stateCode === 2,
  close: (view) => [0, 1, 2].includes(view.stateCode),
  transfer: (view) => [0, 1, 2].includes(view.stateCode),
  transferToGroup: (view) => [0, 1].includes(view.stateCode),
  takeover: (view) => view.stateCode >= 0,
  closeAsSupervisor: (view) => view.stateCode >= 0,
  join: (view) => view.stateCode === 1 || view.stateCode === 2,
  leave: (view) => view.stateCode === 2,
  note: (view) => [0, 1, 2].includes(view.stateCode),
  read: (view) => [0, 1, 2].includes(view.stateCode),
}

export async function operate(at: Company): Promise<void> {
  const kind = at.draw.weighed(weights)
  const fits = looksAt[kind]
  if (!fits) return plain(at, kind)
  const seen = [...at.views.values()].filter(fits)
  // the session is chosen from the first few of the list, so that many callers want the same one
  const view = seen[at.draw.below(Math.min(seen.length, 8))]
  if (!view) return plain(at, 'push')
  const answer = await onSession(at, kind, view)
  if (kind !== 'note' && kind !== 'reply' && answer.status === 200) {
    see(at, answer.body as SeenSession)
  } else await look(at, view.id)
}

/**
 * Makes one of the calls on a session. Nothing is awaited before it, so that it is made with what
 * the caller has seen.
 */
async function onSession(
  at: Company,
  kind: OperationKind,
  { id, fence, agentUid }: SeenSession,
): Promise<ApiAnswer> {
  const path = `/api/sessions/${id}`
  const owner = at.agents.find((agent) => agent.uid === agentUid)
  const mine = owner ? callOf(at, owner) : at.supervisor.call
  const other = at.draw.one(at.agents)
  const n = (at.count += 1)
  const asked: Partial<Record<OperationKind, () => Promise<ApiAnswer>>> = {
    claim: () => callOf(at, other)('POST', `${path}/claim`, {}),
    accept: () => mine('POST', `${path}/accept`, { fence }),
    reply: () =>
      mine('POST', `${path}/messages`, {
        clientMsgId: `r${n}`,
        type: 'text',
        text: `回复${n}`,
        fence,
      }),
    close: () => mine('POST', `${path}/close`, { fence, ...(n % 2 === 0 && { pending: 'drop' }) }),
    transfer: () => mine('POST', `${path}/transfer`, { agentUid: other.uid, fence }),
    transferToGroup: () =>
      mine('POST', `${path}/transfer`, { groupId: at.draw.one(at.groupIds), fence }),
    takeover: () => at.supervisor.call('POST', `${path}/takeover`, { fence }),
    closeAsSupervisor: () => at.supervisor.call('POST', `${path}/close`, { fence }),
    join: () => mine('POST', `${path}/members`, { uids: [other.uid] }),
    leave: () => mine('DELETE', `${path}/members`, { uids: [other.uid] }),
    note: () => mine('POST', `${path}/notes`, { text: `备注${n}`, fence }),
    read: () => mine('POST', `${path}/read`, { seq: 1000 }),
  }
  const answer = await asked[kind]?.()
  assert.ok(answer)
  judge(at, kind, answer)
  const { status, body } = answer
  if (status === 200 && ['claim', 'accept', 'transfer', 'takeover'].includes(kind)) {
    at.told.push({ id, uid: body.agentUid as number, fence: body.fence as number })
  }
  return answer
}

const racing = new Set([403, 404, 409])
/**
 * Statuses that are expected even without a race: an empty queue, WeChat's limits, and failures
 * that are counted elsewhere.
 */
const fine = new Set([200, 201, 202, 204, 422, 503])

function judge({ tally }: Company, kind: string, { status, body }: ApiAnswer): void {
  assert.ok(racing.has(status) || fine.has(status), `${kind}: ${status} ${JSON.stringify(body)}`)
  const one = (tally[kind] ??= { done: 0, refused: 0 })
  one[racing.has(status) ? 'refused' : 'done'] += 1
}

const callOf = ({ draw }: Company, agent: Company['agents'][number]): ApiCall =>
  draw.one(agent.calls)

function see({ views }: Company, view: SeenSession): void {
  views.delete(view.id)
  if (view.stateCode >= 0) views.set(view.id, view)
}

const viewed =
  'select s.session_id as id, s.state as stateCode, s.uid as agentUid, s.fence, s.seq from message_session s'

/** Reads the session as it is now, because the next calls are chosen by it. */
async function look(at: Company, id: string): Promise<void> {
  for (const view of await at.house.rows<SeenSession>(`${viewed} where s.session_id = ?`, [id])) {
    see(at, view)
  }
}

async function plain(at: Company, kind: OperationKind): Promise<void> {
  const agent = at.draw.one(at.agents)
  const n = (at.count += 1)
  if (kind === 'push') return push(at, at.draw.one(at.openids), n)
  if (kind === 'claimNext') {
    const answer = await callOf(at, agent)('POST', '/api/sessions/claim', {})
    judge(at, kind, answer)
    if (answer.status !== 200) return
    see(at, answer.body as SeenSession)
    at.told.push({
      id: answer.body.id as string,
      uid: answer.body.agentUid as number,
      fence: answer.body.fence as number,
    })
    return
  }
  judge(at, kind, await onCompany(at, kind, agent))
}

async function onCompany(
  at: Company,
  kind: OperationKind,
  agent: Company['agents'][number],
): Promise<ApiAnswer> {
  const { draw, supervisor, house } = at
  if (kind === 'presence') {
    return callOf(at, agent)('PUT', '/api/me/presence', {
      status: draw.one(['online', 'online', 'away', 'offline']),
    })
  }
  if (kind === 'job') {
    return house.admin.call('POST', `/api/admin/jobs/${draw.one(jobs).name}/run`, {})
  }
  if (kind === 'settings') {
    return house.admin.call('PATCH', '/api/settings', {
      sessionRule: draw.one(['grab', 'even', 'roundRobin']),
      autoAcceptFirst: draw.below(2) === 0,
      windowFirst: draw.below(2) === 0,
    })
  }
  if (kind === 'priority') {
    const {
      body: { items },
    } = (await supervisor.call('GET', `/api/customers?search=${draw.one(at.openids)}`)) as {
      body: { items: { id: string }[] }
    }
    return items[0]
      ? supervisor.call('PATCH', `/api/customers/${items[0].id}`, { priority: draw.below(10) })
      : { status: 200, body: {} }
  }
  at.clock.totalMs += draw.below(4) * minute
  await house.app.advanceTo(at.clock.totalMs)
  return { status: 200, body: {} }
}

async function push(at: Company, openid: string, n: number): Promise<void> {
  const answer = await pushAgain(
    at.house,
    textXml(openid, String(10_000_000 + n), `话${n}`),
    `${signed()}&openid=${openid}`,
  )
  judge(at, 'push', { status: answer.status, body: await answer.text() })
  const open = `${viewed} join wx_user u on u.wx_user_id = s.wx_user_id where u.appid = ? and u.openid = ? and s.open_key is not null`
  for (const view of await at.house.rows<SeenSession>(open, [testAccount.appid, openid])) {
    see(at, view)
  }
}

export const callsAt = (urls: string[], agent: Agent): ApiCall[] =>
  urls.map((url) => asAgent(url, agent))
