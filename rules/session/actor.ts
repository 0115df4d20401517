// Who did something, as the ledger of a session and the sender of a line name them. These names are made and read here, and nowhere else.
export type NamedActor =
  | { kind: 'agent'; uid: number }
  | { kind: 'customer'; id: string }
  /** What answers by itself: an auto-reply, or a speaker of the house as `greeting`. */
  | { kind: 'speaker'; id: string }
  | { kind: 'job'; name: string }

export const agentActor = (uid: number) => `a:${uid}`
export const customerActor = (id: string) => `c:${id}`
export const speakerActor = (id: string) => `r:${id}`
export const jobActor = (name: string) => `job:${name}`

/** Null: no actor of ours, as releases before had them. */
export function readActor(name: string | null): NamedActor | null {
  const [, prefix, rest = ''] = /^(a|c|r|job):(.+)$/s.exec(name ?? '') ?? []
  if (prefix === 'a') return /^\d+$/.test(rest) ? { kind: 'agent', uid: Number(rest) } : null
  if (prefix === 'c') return { kind: 'customer', id: rest }
  if (prefix === 'r') return { kind: 'speaker', id: rest }
  return prefix === 'job' ? { kind: 'job', name: rest } : null
}
