// The names under which the ledger and the senders of lines record who did something. They are
// composed and parsed only in this file.
export type NamedActor =
  | { kind: 'agent'; uid: number }
  | { kind: 'customer'; id: string }
  /** Whatever answers automatically: a rule, or a built-in speaker such as `greeting`. */
  | { kind: 'speaker'; id: string }
  | { kind: 'job'; name: string }

export const agentActor = (uid: number) => `a:${uid}`
export const customerActor = (id: string) => `c:${id}`
export const speakerActor = (id: string) => `r:${id}`
export const jobActor = (name: string) => `job:${name}`

/**
 * Parses the name of an actor. Null if it has none of the forms of this release, as with names that
 * older releases stored.
 */
export function readActor(name: string | null): NamedActor | null {
  const [, prefix, rest = ''] = /^(a|c|r|job):(.+)$/s.exec(name ?? '') ?? []
  if (prefix === 'a') return /^\d+$/.test(rest) ? { kind: 'agent', uid: Number(rest) } : null
  if (prefix === 'c') return { kind: 'customer', id: rest }
  if (prefix === 'r') return { kind: 'speaker', id: rest }
  return prefix === 'job' ? { kind: 'job', name: rest } : null
}
