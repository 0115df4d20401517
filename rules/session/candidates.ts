// The people who were considered for a session, each with the reason for or against them. They are
// written to the ledger, so that everybody can see later why a session went where it did.
import type { StaffNow } from './staff.ts'

export type CandidateWhy =
  | 'chosen'
  | 'disabled'
  | 'no_account'
  | 'offline'
  | 'full'
  | 'had_it'
  | 'busier'
  | 'not_his_turn'
  | 'not_exclusive'
/**
 * A person who was considered for a session, and why they got it or not. An entry without a uid
 * stands for people who are not listed one by one: `count` says how many, and `not_exclusive`
 * without a count stands for everybody else.
 */
export type Candidate = {
  uid?: number
  why: CandidateWhy
  load?: number
  capacity?: number
  count?: number
}

export const candidateOf = (
  uid: number,
  person: StaffNow | undefined,
  why: CandidateWhy,
): Candidate => ({
  uid,
  why,
  ...(person && { load: person.load, capacity: person.capacity }),
})

const mostNamed = 20

/**
 * Shortens the list of candidates for the ledger: only the first are listed one by one, and all
 * further ones become a number, so that a row does not contain the whole company.
 */
export function shortened(candidates: readonly Candidate[]): Candidate[] {
  const named = candidates.slice(0, mostNamed)
  const counts = new Map<CandidateWhy, number>()
  for (const { why } of candidates.slice(mostNamed)) counts.set(why, (counts.get(why) ?? 0) + 1)
  return [...named, ...[...counts].map(([why, count]) => ({ why, count }))]
}
