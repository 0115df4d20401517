// The streams of a company's events: for whoever watches sessions, for a person, for those who may claim from a lane, and for a
// session. Their names are made and read here, and nowhere else.
export type Stream =
  | { kind: 'live' }
  | { kind: 'person'; uid: number }
  | { kind: 'lane'; lane: string }
  | { kind: 'session'; sessionId: string }

export const liveStream = 'live'
export const personStream = (uid: number) => `user:${uid}`
export const laneStream = (lane: string) => `queue:${lane}`
export const sessionStream = (sessionId: string) => `session:${sessionId}`

/** What the bus says: in this stream of this company there is something new. */
export const bell = (companyId: string, stream: string) => `${companyId} ${stream}`

/** Null: no stream of ours. */
export function readStream(name: string): Stream | null {
  if (name === liveStream) return { kind: 'live' }
  const [, prefix, rest = ''] = /^(user|queue|session):(.+)$/s.exec(name) ?? []
  if (prefix === 'user') return /^\d+$/.test(rest) ? { kind: 'person', uid: Number(rest) } : null
  if (prefix === 'queue') return { kind: 'lane', lane: rest }
  return prefix === 'session' ? { kind: 'session', sessionId: rest } : null
}
