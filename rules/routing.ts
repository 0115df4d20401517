// Where does a new session go? A customer's exclusive agent gets it when he is there and has room, else it waits for him alone.
export type Agent = { uid: number, enabled: boolean, online: boolean, load: number, capacity: number }
export type Place =
  | { state: 0, uid: number, reason: 'exclusive_agent' | 'named_agent' }
  | { state: 3, lane: string, reason: 'exclusive_agent_away' | 'named_agent_away' | 'named_group' | 'nobody_named' }

export const privateLane = (uid: number) => `user:${uid}`
export const commonLane = (account: { account_id: string, own_lane: number }) => account.own_lane === 1 ? `account:${account.account_id}` : 'all'

/** Whom a menu button or a QR code names; he is asked only where the customer has no agent of his own. */
export type Wanted = { agent: Agent } | { groupId: number }

export function routeNewSession(exclusive: Agent | null, common: string, wanted: Wanted | null = null): Place {
  if (!exclusive?.enabled) return routeWanted(wanted, common)
  if (exclusive.online && exclusive.load < exclusive.capacity) return { state: 0, uid: exclusive.uid, reason: 'exclusive_agent' }
  return { state: 3, lane: privateLane(exclusive.uid), reason: 'exclusive_agent_away' }
}

function routeWanted(wanted: Wanted | null, common: string): Place {
  if (wanted && 'groupId' in wanted) return { state: 3, lane: `group:${wanted.groupId}`, reason: 'named_group' }
  if (!wanted?.agent.enabled) return { state: 3, lane: common, reason: 'nobody_named' }
  const { uid, online, load, capacity } = wanted.agent
  return online && load < capacity ? { state: 0, uid, reason: 'named_agent' } : { state: 3, lane: privateLane(uid), reason: 'named_agent_away' }
}

/** Priority band × 2⁴⁴ + milliseconds: an integer below 2⁵³ that orders one lane. */
export const rankOf = (band: number, at: number) => band * 2 ** 44 + at

export type Lanes = { uid: number, groupIds: number[], accountIds: string[], deputyOf: number[] }

/** Every lane an agent may claim from; his own first. */
export function lanesOf({ uid, groupIds, accountIds, deputyOf }: Lanes): string[] {
  return [
    ...[uid, ...deputyOf].map(privateLane), ...groupIds.map((id) => `group:${id}`), ...accountIds.map((id) => `account:${id}`), 'all',
  ]
}

const presenceHoldsMs = 15 * 60_000

/** What a person said of himself holds while he is heard of. */
export const isOnline = (user: { presence: string, seen_at: number }, now: number) =>
  user.presence === 'online' && now - user.seen_at < presenceHoldsMs
