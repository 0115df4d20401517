// How long is a sign-in refused, and when is one over?
const windowMs = 15 * 60_000

/** The end of the lock, or null. `failures` are the newest `limit` failures, newest first. */
export function lockedUntil(failures: number[], limit: number, now: number): number | null {
  const newest = failures[0]
  const oldest = failures[limit - 1]
  if (newest === undefined || oldest === undefined || newest - oldest >= windowMs) return null
  return now < newest + windowMs ? newest + windowMs : null
}

export const loginsBeforeLock = 5
export const triesBeforeAddressLock = 50

export function loginIsOver(
  login: { seenAt: number; endsAt: number },
  now: number,
  idleMs: number,
): boolean {
  return now >= login.endsAt || now - login.seenAt > idleMs
}

export function companyIsOpen(
  company: { enabled: number; expires_at: number | null } | null,
  now: number,
): boolean {
  return company?.enabled === 1 && (company.expires_at ?? Infinity) > now
}
