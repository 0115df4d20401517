export type Presence = 'online' | 'away' | 'offline'
export type SessionState = 'queued' | 'waiting' | 'active' | 'closed'
/** A list of the desk; the missed are closed ones that nobody has seen to. */
export type Tab = SessionState | 'missed'
export type DeliveryState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown'

export interface Me {
  uid: number
  username: string
  name?: string | null
  role: 'admin' | 'supervisor' | 'agent'
  presence?: Presence | { status?: Presence } | null
}

export interface Customer {
  id: string
  openid?: string | null
  alias?: string | null
  remark?: string | null
  tags?: string[] | null
  channel?: 'wechat' | 'web'
  username?: string | null
}

export interface Media {
  state: 'ready' | 'pending' | 'lost' | 'unavailable'
  url?: string
  mime?: string
  size?: number
  name?: string
  thumb?: { url: string }
}

export interface Message {
  id: string
  sessionId: string
  seq: number
  direction: 'in' | 'out' | 'system'
  opercode: number
  type: string
  text?: string | null
  media?: Media
  location?: { latitude: number | null; longitude: number | null; label: string }
  link?: { title: string; description: string; url: string }
  event?: { name: string; key: string; detail?: string }
  /** The database refused what came; this line stands for it. */
  refused?: true
  agentUid?: number | null
  agentName?: string | null
  clientMsgId?: string | null
  resendOf?: string | null
  delivery?: { state: DeliveryState; errcode?: number | null; explanation?: string | null } | null
  createdAt: string
}

export interface Person {
  uid: number
  name: string
  presence: Presence
  groups: { id: number; path: string[] }[]
}
export type Target = { agentUid: number } | { groupId: number }
export type Grade = 1 | 2 | 3

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
  /** `contactRefused`: why its customer cannot be written to now. */
  missed?: { at: string; contactRefused: string | null }
  lastMessage?: Message | null
  createdAt: string
  closedAt?: string | null
}

/** What a follower sent and the database refused. */
export interface RefusedPush {
  id: string
  openid: string
  xml: string | null
  at: string
  rereadAt: string | null
  readAt: string | null
}

export interface Page<T> {
  items: T[]
  next: string | null
}
export interface TextToSend {
  clientMsgId: string
  type: 'text'
  text: string
  fence: number
}

/** The server answered and said no. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string
  readonly retryAfter: number

  constructor(response: Response, error: { code?: string; message?: string; requestId?: string }) {
    super(error.message ?? '')
    this.status = response.status
    this.code = error.code ?? ''
    this.requestId = error.requestId ?? ''
    this.retryAfter = Number(response.headers.get('retry-after') ?? 0) || 0
  }
}

/** Nothing readable came back: whether the call took effect is not known. */
export class NoAnswer extends Error {}

let signedOut: () => void = () => undefined

export function onSignedOut(then: () => void) {
  signedOut = then
}

// eslint-disable-next-line max-params -- a file has its own type
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<T> {
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout(15_000),
  }
  if (method !== 'GET') {
    init.headers = { 'content-type': type }
    init.body = body instanceof File ? body : JSON.stringify(body ?? {})
  }
  const response = await fetch(`/api${path}`, init).catch((error: unknown) => {
    throw new NoAnswer('no answer', { cause: error })
  })
  if (response.status === 204) return null as T
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw refusalFrom(response, answer, path)
  if (answer === undefined) throw new NoAnswer('unreadable answer')
  return answer as T
}

function refusalFrom(response: Response, answer: unknown, path: string) {
  const { error } = (answer ?? {}) as {
    error?: { code?: string; message?: string; requestId?: string }
  }
  if (response.status === 401 && path !== '/login' && path !== '/me') signedOut()
  return new Refusal(response, error ?? {})
}

export function withQuery(path: string, query: Record<string, string | number | null | undefined>) {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  )
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`
}

const sessionPath = (id: string) => `/sessions/${encodeURIComponent(id)}`
const messagePath = (id: string) => `/messages/${encodeURIComponent(id)}`

export const api = {
  login: (username: string, password: string) =>
    call<{ user: Me }>('POST', '/login', { username, password, cookie: true, device: 'console' }),
  logout: () => call<unknown>('POST', '/logout'),
  me: () =>
    call<Me | { user: Me }>('GET', '/me').then((answer) =>
      'user' in answer ? answer.user : answer,
    ),
  setPresence: (status: Presence) => call<unknown>('PUT', '/me/presence', { status }),
  sessions: (query: {
    state: Tab
    mine?: 'true'
    search?: string
    cursor?: string | null
    limit?: number
  }) => call<Page<Session>>('GET', withQuery('/sessions', query)),
  session: (id: string) => call<Session>('GET', sessionPath(id)),
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
  note: (id: string, text: string, clientMsgId: string) =>
    call<{ message: Message }>('POST', `${sessionPath(id)}/notes`, { text, clientMsgId }).then(
      (answer) => answer.message,
    ),
  typing: (id: string) => call<unknown>('POST', `${sessionPath(id)}/typing`),
  grade: (id: string, grade: Grade) => call<Session>('POST', `${sessionPath(id)}/grade`, { grade }),
  directory: (cursor: string) =>
    call<Page<Person>>('GET', withQuery('/directory', { cursor, limit: 200 })),
  start: (customerId: string) => call<Session>('POST', '/sessions', { customerId }),
  dismiss: (id: string) => call<Session>('POST', `${sessionPath(id)}/dismiss`),
  refusedPushes: () => call<Page<RefusedPush> & { open: number }>('GET', '/pushes/refused'),
  readRefusedPush: (id: string) =>
    call<RefusedPush>('POST', `/pushes/refused/${encodeURIComponent(id)}/read`),
  read: (id: string, seq: number) => call<unknown>('POST', `${sessionPath(id)}/read`, { seq }),
  messages: (id: string, query: { before?: number; after?: number; limit?: number }) =>
    call<Page<Message>>('GET', withQuery(`${sessionPath(id)}/messages`, query)).then(
      (page) => page.items,
    ),
  send: (id: string, message: TextToSend) =>
    call<{ message: Message }>('POST', `${sessionPath(id)}/messages`, message).then(
      (answer) => answer.message,
    ),
  resend: (id: string) => call<unknown>('POST', `${messagePath(id)}/resend`),
  resolve: (id: string, delivered: boolean) =>
    call<unknown>('POST', `${messagePath(id)}/resolve`, { delivered }),
}
