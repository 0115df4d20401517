// Decides whether a person is online, away or offline; the assignment and every list use this one
// answer. At present a person counts as there while they make calls.
export type Presence = 'online' | 'away' | 'offline'
type PresenceFacts = { enabled: number; presence: string; seen_at: number }

export const presenceHoldsMs = 15 * 60_000

/** The presence that a person chose holds as long as we keep hearing from them. */
export function presenceOf({ enabled, presence, seen_at }: PresenceFacts, now: number): Presence {
  const isHeld = enabled === 1 && now - seen_at < presenceHoldsMs
  return isHeld && (presence === 'online' || presence === 'away') ? presence : 'offline'
}

/**
 * Since when they are offline, or null if they are not. Calls of somebody who set themselves to
 * offline do not count as being there.
 */
export function offlineSince(user: PresenceFacts, now: number): number | null {
  if (presenceOf(user, now) !== 'offline') return null
  return user.presence === 'offline' ? user.seen_at : user.seen_at + presenceHoldsMs
}
