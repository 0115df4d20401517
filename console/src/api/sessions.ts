import { call, withQuery, type Page } from './client.ts'
import type { Message } from './messages.ts'

export type SessionState = 'queued' | 'waiting' | 'active' | 'closed'
/** A list on the desk. `missed` lists closed sessions that nobody has looked after yet. */
export type Tab = SessionState | 'missed'
export type Target = { agentUid: number } | { groupId: number }
export type Grade = 1 | 2 | 3

export interface Customer {
  id: string
  openid?: string | null
  alias?: string | null
  remark?: string | null
  tags?: string[] | null
  channel?: 'wechat' | 'web'
  nickname?: string | null
}

export interface Session {
  id: string
  state: SessionState
  stateCode: number
  customer: Customer
  agentUid: number | null
  memberUids?: number[]
  grade?: { grade: Grade; text?: string | null }
  satisfaction?: { grade: Grade }
  fence: number
  seq: number
  unread?: number | null
  window?: { endsAt?: string | null; remaining?: number | null; scene?: string | null } | null
  queue?: {
    position?: number | null
    since?: string | null
    estimatedSeconds?: number | null
  } | null
  /** `contactRefused` tells why the customer cannot be written to at present. */
  missed?: { at: string; contactRefused: string | null }
  lastMessage?: Message | null
  createdAt: string
  closedAt?: string | null
}

const sessionPath = (id: string) => `/sessions/${encodeURIComponent(id)}`

export const sessionsApi = {
  list: (query: {
    state: Tab
    mine?: 'true'
    search?: string
    cursor?: string | null
    limit?: number
  }) => call<Page<Session>>('GET', withQuery('/sessions', query)),
  get: (id: string) => call<Session>('GET', sessionPath(id)),
  start: (customerId: string) => call<Session>('POST', '/sessions', { customerId }),
  claimNext: () => call<Session | null>('POST', '/sessions/claim'),
  claim: (id: string) => call<Session>('POST', `${sessionPath(id)}/claim`),
  accept: (id: string, fence: number) =>
    call<Session>('POST', `${sessionPath(id)}/accept`, { fence }),
  close: (id: string, fence: number) =>
    call<Session>('POST', `${sessionPath(id)}/close`, { fence }),
  transfer: (id: string, to: Target, more: { note?: string; fence: number }) =>
    call<Session>('POST', `${sessionPath(id)}/transfer`, { ...to, ...more }),
  takeOver: (id: string, fence: number) =>
    call<Session>('POST', `${sessionPath(id)}/takeover`, { fence }),
  addMember: (id: string, uid: number) =>
    call<Session>('POST', `${sessionPath(id)}/members`, { uids: [uid] }),
  removeMember: (id: string, uid: number) =>
    call<Session>('DELETE', `${sessionPath(id)}/members`, { uids: [uid] }),
  typing: (id: string) => call<unknown>('POST', `${sessionPath(id)}/typing`),
  grade: (id: string, grade: Grade) => call<Session>('POST', `${sessionPath(id)}/grade`, { grade }),
  dismiss: (id: string) => call<Session>('POST', `${sessionPath(id)}/dismiss`),
  read: (id: string, seq: number) => call<unknown>('POST', `${sessionPath(id)}/read`, { seq }),
}
