// The event streams of a company: one for everyone who may watch sessions (`live`), one for each
// person, one for those who may claim from a lane, and one for a single session. Their names are
// composed and parsed only in this file.
export type Stream =
  | { kind: 'live' }
  | { kind: 'person'; uid: number }
  | { kind: 'lane'; lane: string }
  | { kind: 'session'; sessionId: string }

export const liveStream = 'live'
export const personStream = (uid: number) => `user:${uid}`
export const laneStream = (lane: string) => `queue:${lane}`
export const sessionStream = (sessionId: string) => `session:${sessionId}`

/** The topic on the event bus that announces new events in this stream of this company. */
export const bell = (companyId: string, stream: string) => `${companyId} ${stream}`

/** Parses the name of an event stream; null if no stream has such a name. */
export function readStream(name: string): Stream | null {
  if (name === liveStream) return { kind: 'live' }
  const [, prefix, rest = ''] = /^(user|queue|session):(.+)$/s.exec(name) ?? []
  if (prefix === 'user') return /^\d+$/.test(rest) ? { kind: 'person', uid: Number(rest) } : null
  if (prefix === 'queue') return { kind: 'lane', lane: rest }
  return prefix === 'session' ? { kind: 'session', sessionId: rest } : null
}
