// The lanes of the queue. Their names are composed and parsed only in this file. A common or group
// lane belongs to one account. A person's private lane holds sessions that wait for this person and
// their deputies alone, whatever their account.
export type Lane =
  | { kind: 'user'; uid: number }
  | { kind: 'group'; groupId: number; accountId: string }
  | { kind: 'account'; accountId: string }

export const privateLane = (uid: number) => `user:${uid}`
export const groupLane = (groupId: number, accountId: string) => `group:${groupId}:${accountId}`
/** The lane for sessions that wait for nobody in particular. */
export const commonLane = (accountId: string) => `account:${accountId}`

/**
 * Parses the name of a lane. Null if it is not a lane of this release, as with names that older
 * releases stored.
 */
export function readLane(name: string | null): Lane | null {
  const text = name ?? ''
  const [, uid] = /^user:(\d+)$/.exec(text) ?? []
  if (uid !== undefined) return { kind: 'user', uid: Number(uid) }
  const [, groupId, ofGroup = ''] = /^group:(\d+):([^:]+)$/.exec(text) ?? []
  if (groupId !== undefined) return { kind: 'group', groupId: Number(groupId), accountId: ofGroup }
  const [, accountId] = /^account:([^:]+)$/.exec(text) ?? []
  return accountId === undefined ? null : { kind: 'account', accountId }
}

export const isPrivate = (name: string | null) => readLane(name)?.kind === 'user'

export function groupOf(name: string | null): number | null {
  const lane = readLane(name)
  return lane?.kind === 'group' ? lane.groupId : null
}

/** A name range that contains all private lanes and no other lane when names are sorted. */
export const privateLanes = { from: 'user:', to: 'user;' } as const

export type Serving = {
  uid: number
  groupIds: readonly number[]
  accountIds: readonly string[]
  deputyOf: readonly number[]
}

/** Every lane from which an agent may claim, their private lane first. */
export function lanesOf({ uid, groupIds, accountIds, deputyOf }: Serving): string[] {
  return [
    ...[uid, ...deputyOf].map(privateLane),
    ...groupIds.flatMap((id) => accountIds.map((accountId) => groupLane(id, accountId))),
    ...accountIds.map(commonLane),
  ]
}

/**
 * Null if this agent may claim a session of this account from this lane; otherwise the reason why
 * not.
 */
export function whyNotFrom(
  lane: Lane | null,
  accountId: string,
  { uid, groupIds, accountIds, deputyOf }: Serving,
): 'reserved' | 'not_your_lane' | 'agent_not_on_account' | null {
  if (!lane) return 'not_your_lane'
  if (lane.kind === 'user' && ![uid, ...deputyOf].includes(lane.uid)) return 'reserved'
  if (lane.kind === 'group' && !groupIds.includes(lane.groupId)) return 'not_your_lane'
  return accountIds.includes(accountId) ? null : 'agent_not_on_account'
}
