// Which lane does a queued session stand in, who may claim from it, and who goes before whom?
export const privateLane = (uid: number) => `user:${uid}`
export const groupLane = (id: number) => `group:${id}`
export const commonLane = (account: { account_id: string; own_lane: number }) =>
  account.own_lane === 1 ? `account:${account.account_id}` : 'all'

/** Priority band × 2⁴⁴ + milliseconds: an integer below 2⁵³ that orders one lane. */
export const rankOf = (band: number, at: number) => band * 2 ** 44 + at

export const topPriority = 9

/** A customer of higher priority goes before all of lower. Inside it the first comes first, or whose reply window ends first. */
export function rankFor(
  customer: { priority: number; window_end: number | null },
  windowFirst: boolean,
  since: number,
): number {
  return rankOf(
    topPriority - customer.priority,
    windowFirst ? (customer.window_end ?? since) : since,
  )
}

export type Lanes = { uid: number; groupIds: number[]; accountIds: string[]; deputyOf: number[] }

/** Every lane an agent may claim from; his own first. */
export function lanesOf({ uid, groupIds, accountIds, deputyOf }: Lanes): string[] {
  return [
    ...[uid, ...deputyOf].map(privateLane),
    ...groupIds.map(groupLane),
    ...accountIds.map((id) => `account:${id}`),
    'all',
  ]
}
