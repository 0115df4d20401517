// The people of a company as the assignment sees them, and which of them can get customers of an
// account.
import type { NamedReceiver } from './reception.ts'

/** What seldom changes about a person: their role, accounts, groups and deputies. */
export type Staff = {
  uid: number
  enabled: boolean
  isAgent: boolean
  accountIds: readonly string[]
  groupIds: readonly number[]
  deputyUids: readonly number[]
}
/**
 * A person with what changes all day. `turn` grows whenever they get a session, so the person with
 * the lowest one has waited the longest for their turn.
 */
export type StaffNow = Staff & { online: boolean; load: number; capacity: number; turn: number }

export type StaffOfAccount = { staff: readonly Staff[]; accountId: string }

/** Whether this person can have customers of the account: enabled, and serving it. */
export function mayHave({ staff, accountId }: StaffOfAccount, who: Staff | number): boolean {
  const one = typeof who === 'number' ? staff.find(({ uid }) => uid === who) : who
  return one?.enabled === true && one.accountIds.includes(accountId)
}

/**
 * Whether the named person, or at least one member of the named group, could serve the account at
 * all.
 */
export function canReceive(of: StaffOfAccount, named: NamedReceiver): boolean {
  if (named.kind === 'other') return false
  return named.kind === 'user'
    ? mayHave(of, named.uid)
    : of.staff.some((one) => mayHave(of, one) && one.groupIds.includes(named.groupId))
}

/** The uids of the deputies to whom this person's customers go while they are away or full. */
export const deputiesOf = (staff: readonly Staff[], uid: number): readonly number[] =>
  staff.find((one) => one.uid === uid)?.deputyUids ?? []

/**
 * Counts a session that a person was given, so that the next decision in the same batch takes it
 * into account.
 */
export function countGiven(person: StaffNow, people: Iterable<StaffNow>, at: number): void {
  person.load += 1
  person.turn = Math.max(at, ...[...people].map(({ turn }) => turn + 1))
}
