// The lists of the queue's index: one for each lane, sorted by rank, and one for each person, with
// the sessions that they have not accepted yet, sorted by the time at which they got them. Their
// names are composed and parsed only in this file.
export type QueueList = { kind: 'queue'; lane: string } | { kind: 'waiting'; uid: number }

export const laneList = (lane: string) => `queue:${lane}`
export const waitingList = (uid: number) => `waiting:${uid}`

/** Parses the name of a list of the queue index; null if no list has such a name. */
export function readList(name: string): QueueList | null {
  const [, kind, rest = ''] = /^(queue|waiting):(.+)$/s.exec(name) ?? []
  if (kind === 'queue') return { kind, lane: rest }
  return kind === 'waiting' && /^\d+$/.test(rest) ? { kind, uid: Number(rest) } : null
}
