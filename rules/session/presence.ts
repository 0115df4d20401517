// Decides whether a person is online, away or offline; the assignment and every list use this one
// decision. A person counts as present as long as their console makes calls.
export type Presence = 'online' | 'away' | 'offline'
type PresenceFacts = { enabled: number; presence: string; seen_at: number }

export const presenceHoldsMs = 15 * 60_000

/**
 * Whether the person is online, away or offline. What they chose holds while they are enabled and
 * we have heard from them in the last 15 minutes; otherwise they are offline.
 */
export function presenceOf({ enabled, presence, seen_at }: PresenceFacts, now: number): Presence {
  const isHeld = enabled === 1 && now - seen_at < presenceHoldsMs
  return isHeld && (presence === 'online' || presence === 'away') ? presence : 'offline'
}

/**
 * Since when the person is offline, or null if they are online or away. If they chose to be
 * offline, it is since then, even if their console still makes calls; whoever is disabled is set to
 * offline at that moment. Otherwise it is 15 minutes after we last heard from them.
 */
export function offlineSince(user: PresenceFacts, now: number): number | null {
  if (presenceOf(user, now) !== 'offline') return null
  return user.presence === 'offline' ? user.seen_at : user.seen_at + presenceHoldsMs
}
