import type { Grade, Page, Session, SessionState } from 'kefu-wire'
import { call, withQuery } from './client.ts'

/** The lists of the desk. `missed` are closed sessions whose customers still wait for an answer. */
export type Tab = SessionState | 'missed'
export type TransferTarget = { agentUid: number } | { groupId: number }

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
  transfer: (id: string, to: TransferTarget, more: { note?: string; fence: number }) =>
    call<Session>('POST', `${sessionPath(id)}/transfer`, { ...to, ...more }),
  takeOver: (id: string, fence: number) =>
    call<Session>('POST', `${sessionPath(id)}/takeover`, { fence }),
  addMember: (id: string, uid: number) =>
    call<Session>('POST', `${sessionPath(id)}/members`, { uids: [uid] }),
  removeMember: (id: string, uid: number) =>
    call<Session>('DELETE', `${sessionPath(id)}/members`, { uids: [uid] }),
  typing: (id: string) => call<Session>('POST', `${sessionPath(id)}/typing`),
  grade: (id: string, grade: Grade) => call<Session>('POST', `${sessionPath(id)}/grade`, { grade }),
  dismiss: (id: string) => call<Session>('POST', `${sessionPath(id)}/dismiss`),
  read: (id: string, seq: number) => call<Session>('POST', `${sessionPath(id)}/read`, { seq }),
}
