// The lists of the queue's index: of a lane, by rank, and of those that wait for a person to accept them, by the time they were given.
// Their names are made and read here, and nowhere else.
export type QueueList = { kind: 'queue'; lane: string } | { kind: 'waiting'; uid: number }

export const laneList = (lane: string) => `queue:${lane}`
export const waitingList = (uid: number) => `waiting:${uid}`

/** Null: no list of ours. */
export function readList(name: string): QueueList | null {
  const [, kind, rest = ''] = /^(queue|waiting):(.+)$/s.exec(name) ?? []
  if (kind === 'queue') return { kind, lane: rest }
  return kind === 'waiting' && /^\d+$/.test(rest) ? { kind, uid: Number(rest) } : null
}
