// An agent in a long run: claims, answers and hands on sessions, sends some calls twice, and writes
// in sessions they no longer own.
import type { ApiAnswer } from '../app.ts'
import type { SeenSession } from '../operations.ts'
import type { Firm, FirmPerson } from './companies.ts'
import { told } from './caller.ts'
import type { SoakClient } from './client.ts'
import type { OperationResult } from './journal.ts'

type Posted = { sessionId: string; body: { clientMsgId: string } }
type AgentDesk = {
  client: SoakClient
  firm: Firm
  other: Firm
  me: FirmPerson
  mine: Map<string, SeenSession>
  /**
   * Sessions that the agent no longer has, as the agent last saw them. The agent goes on acting on
   * them, like somebody whose page is old, and must be refused.
   */
  former: SeenSession[]
  posted: Posted[]
  unsettled: string[]
  n: number
}

const weights = {
  claimNext: 14,
  claim: 6,
  refresh: 6,
  accept: 14,
  reply: 30,
  again: 8,
  stale: 5,
  close: 5,
  transfer: 6,
  transferToGroup: 2,
  join: 3,
  leave: 2,
  note: 3,
  read: 4,
  presence: 2,
  lines: 4,
  settle: 4,
  probe: 4,
}
type AgentOperation = keyof typeof weights
const ofSupervisor = { ...weights, oversee: 6, takeover: 6, closeAny: 2, transferAny: 4, claim: 2 }

const isActive = ({ stateCode }: SeenSession) => stateCode === 1 || stateCode === 2
const isWaiting = ({ stateCode }: SeenSession) => stateCode === 0
const isMine = ({ stateCode }: SeenSession) => stateCode >= 0
const keptFew = <T>(all: T[], one: T, most = 30) => {
  all.push(one)
  if (all.length > most) all.shift()
}

export function work(client: SoakClient, firms: { firm: Firm; other: Firm }, me: FirmPerson) {
  const desk: AgentDesk = {
    client,
    ...firms,
    me,
    mine: new Map(),
    former: [],
    posted: [],
    unsettled: [],
    n: 0,
  }
  return async () => {
    const op = client.draw.weighed(me.isSupervisor ? ofSupervisor : weights)
    const n = client.draw.below(1000)
    desk.n += 1
    if (!me.isEnabled) return
    await acts[op](desk, n)
  }
}

type AgentAct = (desk: AgentDesk, n: number) => Promise<unknown>

const pick = <T>(all: T[], n: number): T | undefined => all[n % Math.max(1, all.length)]
const some = ({ mine }: AgentDesk, fits: (view: SeenSession) => boolean, n: number) =>
  pick([...mine.values()].filter(fits), n)

/** Makes a call and records it. If the sign-in has ended, the agent signs in again. */
async function ask(
  desk: AgentDesk,
  { op, key }: { op: string; key: string },
  { path, method = 'POST', body = {} }: { path: string; method?: string; body?: object | null },
): Promise<ApiAnswer | null> {
  const got: { answer: ApiAnswer | null } = { answer: null }
  const { fence, clientMsgId, text } = (body ?? {}) as {
    fence?: number
    clientMsgId?: string
    text?: string
  }
  const sent = {
    uid: desk.me.uid,
    ...(fence !== undefined && { fenceSent: fence }),
    ...(clientMsgId !== undefined && { clientMsgId, text }),
  }
  await desk.client.journal.run(
    { client: desk.client.name, op, key, sent },
    async (): Promise<OperationResult> => {
      const answer = await desk.me.call(method, path, body ?? undefined)
      got.answer = answer
      const { status, body: said } = answer
      return told(answer, {
        ...sent,
        ...(status === 202 && { messageId: said.message.id }),
        ...(status === 200 &&
          said.fence !== undefined && {
            id: said.id,
            fence: said.fence,
            agentUid: said.agentUid,
            stateCode: said.stateCode,
          }),
      })
    },
  )
  if (got.answer?.status === 401 && desk.me.isEnabled) await desk.me.signIn().catch(() => null)
  return got.answer
}

/** Makes a call that changes a session, and remembers the session as the answer shows it. */
async function verb(
  desk: AgentDesk,
  op: string,
  { view, path, method, body }: { view: SeenSession; path: string; method?: string; body?: object },
): Promise<ApiAnswer | null> {
  const answer = await ask(
    desk,
    { op, key: view.id },
    { path: `/api/sessions/${view.id}/${path}`, ...(method && { method }), body: body ?? {} },
  )
  if (answer?.status === 200) see(desk, answer.body as SeenSession)
  else if (answer && [403, 404, 409].includes(answer.status)) lose(desk, view)
  return answer
}

function see(desk: AgentDesk, view: SeenSession): void {
  const { id, stateCode, agentUid, fence, seq } = view
  const seen = { id, stateCode, agentUid, fence, seq }
  if (!desk.firm.sessions.includes(id)) keptFew(desk.firm.sessions, id, 60)
  if (agentUid === desk.me.uid && stateCode >= 0) desk.mine.set(id, seen)
  else lose(desk, { ...seen, fence: desk.mine.get(id)?.fence ?? fence })
}

function lose(desk: AgentDesk, view: SeenSession): void {
  if (desk.mine.delete(view.id)) keptFew(desk.former, view)
}

async function refresh(desk: AgentDesk, state: string): Promise<void> {
  const path = `/api/sessions?state=${state}&mine=true`
  const answer = await ask(desk, { op: 'refresh', key: '' }, { path, method: 'GET', body: null })
  if (answer?.status === 200) for (const view of answer.body.items as SeenSession[]) see(desk, view)
}

async function post(desk: AgentDesk, op: string, posted: Posted): Promise<void> {
  const path = `/api/sessions/${posted.sessionId}/messages`
  const answer = await ask(desk, { op, key: posted.sessionId }, { path, body: posted.body })
  // after a failure, or without an answer, nobody knows whether the call had an effect, so the same
  // call is made again later
  if (!answer || answer.status === 202 || answer.status >= 500) keptFew(desk.posted, posted)
  const view = desk.mine.get(posted.sessionId)
  if (view && answer && [403, 404, 409].includes(answer.status)) lose(desk, view)
}

const reply = ({ client, firm, n }: AgentDesk, { id, fence }: SeenSession): Posted => {
  const clientMsgId = `${client.name}-${n}`
  return {
    sessionId: id,
    body: { clientMsgId, type: 'text', text: `${firm.mark} 答 ${clientMsgId}`, fence } as {
      clientMsgId: string
    },
  }
}

const acts: Record<keyof typeof ofSupervisor, AgentAct> = {
  claimNext: async (desk) => {
    const answer = await ask(desk, { op: 'claim', key: '' }, { path: '/api/sessions/claim' })
    if (answer?.status === 200) see(desk, answer.body as SeenSession)
  },
  claim: async (desk, n) => {
    const path = '/api/sessions?state=queued&limit=3'
    const answer = await ask(desk, { op: 'queue', key: '' }, { path, method: 'GET', body: null })
    const view = pick((answer?.body?.items ?? []) as SeenSession[], n)
    if (view) await verb(desk, 'claim', { view, path: 'claim' })
  },
  refresh: (desk, n) => refresh(desk, n % 2 === 0 ? 'active' : 'waiting'),
  accept: async (desk, n) => {
    const view = some(desk, isWaiting, n)
    if (!view) return refresh(desk, 'waiting')
    return verb(desk, 'accept', { view, path: 'accept', body: { fence: view.fence } })
  },
  reply: async (desk, n) => {
    const view = some(desk, isActive, n)
    if (!view) return acts.claimNext(desk, n)
    const posted = reply(desk, view)
    // some replies are sent twice at the same time, like by a double click or from two open tabs
    if (n % 12 === 0) await Promise.all([0, 1].map(() => post(desk, 'reply', posted)))
    else await post(desk, 'reply', posted)
  },
  again: async (desk, n) => {
    const posted = pick(desk.posted, n)
    if (posted) await post(desk, 'reply', posted)
  },
  stale: async (desk, n) => {
    const view = pick(desk.former, n)
    if (view) await post(desk, 'reply', reply(desk, view))
  },
  close: async (desk, n) => {
    const view = some(desk, isMine, n)
    const body = { fence: view?.fence, ...(n % 2 === 0 && { pending: 'drop' }) }
    if (view) await verb(desk, 'close', { view, path: 'close', body })
  },
  transfer: async (desk, n) => {
    const view = some(desk, isMine, n)
    const body = { agentUid: pick(desk.firm.people, n)?.uid, fence: view?.fence }
    if (view) await verb(desk, 'transfer', { view, path: 'transfer', body })
  },
  transferToGroup: async (desk, n) => {
    const view = some(desk, isMine, n)
    const body = { groupId: pick(desk.firm.groupIds, n), fence: view?.fence }
    if (view) await verb(desk, 'transfer', { view, path: 'transfer', body })
  },
  join: async (desk, n) => {
    const view = some(desk, isActive, n)
    const body = { uids: [pick(desk.firm.people, n)?.uid] }
    if (view) await verb(desk, 'join', { view, path: 'members', body })
  },
  leave: async (desk, n) => {
    const view = some(desk, ({ stateCode }) => stateCode === 2, n)
    const body = { uids: [pick(desk.firm.people, n)?.uid] }
    if (view) await verb(desk, 'leave', { view, path: 'members', method: 'DELETE', body })
  },
  note: async (desk, n) => {
    const view = some(desk, isMine, n)
    const body = { text: `${desk.firm.mark} 备注 ${desk.n}`, fence: view?.fence }
    if (view) await verb(desk, 'note', { view, path: 'notes', body })
  },
  read: async (desk, n) => {
    const view = some(desk, isMine, n)
    if (view) await verb(desk, 'read', { view, path: 'read', body: { seq: 1000 } })
  },
  presence: (desk, n) =>
    ask(
      desk,
      { op: 'presence', key: '' },
      {
        path: '/api/me/presence',
        method: 'PUT',
        body: { status: pick(['online', 'online', 'online', 'away', 'offline'], n) },
      },
    ),
  lines: async (desk, n) => {
    const view = some(desk, isMine, n)
    if (!view) return
    const path = `/api/sessions/${view.id}/messages`
    const answer = await ask(
      desk,
      { op: 'lines', key: view.id },
      { path, method: 'GET', body: null },
    )
    for (const { id, delivery } of (answer?.body?.items ?? []) as any[]) {
      if (['failed', 'unknown'].includes(delivery?.state)) keptFew(desk.unsettled, id)
    }
  },
  settle: async (desk, n) => {
    const id = desk.unsettled.shift()
    if (id === undefined) return
    const [op, body] = n % 2 === 0 ? ['resend', {}] : ['resolve', { delivered: n % 4 === 1 }]
    await ask(desk, { op, key: id }, { path: `/api/messages/${id}/${op}`, body })
  },
  probe: async (desk, n) => {
    const id = pick(desk.other.sessions, n)
    if (id === undefined) return
    const [method, path, body] = pick(probes(id), n) as [string, string, object | null]
    const answer = await ask(desk, { op: 'probe', key: id }, { path, method, body })
    if (answer && answer.status < 500 && ![401, 404].includes(answer.status)) {
      desk.client.promises.broke('P22', `${method} ${path} answers ${answer.status}`, [id])
    }
  },
  oversee: async (desk, n) => {
    const state = pick(['queued', 'waiting', 'active'], n)
    const path = `/api/sessions?state=${state}&limit=50`
    const answer = await ask(desk, { op: 'oversee', key: '' }, { path, method: 'GET', body: null })
    for (const { id } of (answer?.body?.items ?? []) as SeenSession[]) {
      if (!desk.firm.sessions.includes(id)) keptFew(desk.firm.sessions, id, 60)
    }
  },
  takeover: (desk, n) => ofAny(desk, n, { op: 'takeover', path: 'takeover', body: {} }),
  closeAny: (desk, n) => ofAny(desk, n, { op: 'close', path: 'close', body: {} }),
  transferAny: (desk, n) =>
    ofAny(desk, n, {
      op: 'transfer',
      path: 'transfer',
      body: { agentUid: pick(desk.firm.people, n)?.uid },
    }),
}

const probes = (id: string): [string, string, object | null][] => [
  ['GET', `/api/sessions/${id}`, null],
  ['GET', `/api/sessions/${id}/messages`, null],
  ['GET', `/api/sessions/${id}/ledger`, null],
  ['POST', `/api/sessions/${id}/claim`, {}],
  ['POST', `/api/sessions/${id}/close`, {}],
]

async function ofAny(
  desk: AgentDesk,
  n: number,
  { op, path, body }: { op: AgentOperation | 'takeover'; path: string; body: object },
): Promise<void> {
  const id = pick(desk.firm.sessions, n)
  if (id === undefined) return
  const view = { id, stateCode: 3, agentUid: null, fence: 0, seq: 0 }
  await verb(desk, op, { view, path, body })
}
