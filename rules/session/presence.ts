// Who is there? One answer for assignment and for everyone who looks. A gateway's sockets will hold a presence, too; until then calls do.
export type Presence = 'online' | 'away' | 'offline'
type Heard = { enabled: number; presence: string; seen_at: number }

export const presenceHoldsMs = 15 * 60_000

/** What people said of themselves holds while they are heard of. */
export function presenceOf({ enabled, presence, seen_at }: Heard, now: number): Presence {
  const isHeld = enabled === 1 && now - seen_at < presenceHoldsMs
  return isHeld && (presence === 'online' || presence === 'away') ? presence : 'offline'
}

/** Null: they are there. Whoever has said that they are offline is not heard of any more. */
export function offlineSince(user: Heard, now: number): number | null {
  if (presenceOf(user, now) !== 'offline') return null
  return user.presence === 'offline' ? user.seen_at : user.seen_at + presenceHoldsMs
}
