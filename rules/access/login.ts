// Decides for how long sign-ins are refused after failures, and when a sign-in has expired.
const windowMs = 15 * 60_000

/**
 * When the lock on a name at one address, or on a whole address, ends; null if there is none.
 * `failures` are the times of the newest `limit` failed sign-ins, newest first.
 */
export function lockedUntil(failures: number[], limit: number, now: number): number | null {
  const newest = failures[0]
  const oldest = failures[limit - 1]
  if (newest === undefined || oldest === undefined || newest - oldest >= windowMs) return null
  return now < newest + windowMs ? newest + windowMs : null
}

/**
 * Whoever has one IPv6 address usually has its whole /64 network, so failures are counted per
 * network. An IPv4 address written as IPv6 is treated as IPv4.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const groups = groupsOf(address)
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.')
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

function groupsOf(address: string): number[] {
  const hex = address
    .replace(/%.*$/, '')
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) =>
      [0, 2].map((at) => (Number(parts[at]) * 256 + Number(parts[at + 1])).toString(16)).join(':'),
    )
  const [head = [], tail = []] = hex
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const gap = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0')
  return [...head, ...gap, ...tail].map((group) => Number.parseInt(group, 16) || 0)
}

/**
 * The longest that an attempt has to wait. It waits after `failuresBeforeDelay` failures for its
 * name from any addresses, but not longer than this, so that nobody can lock another person out for
 * good.
 */
const longestDelayMs = 5000
export const failuresBeforeDelay = 10
export const failuresCounted = 100
export const delayWindowMs = windowMs

export const delayFor = (failures: number): number =>
  failures < failuresBeforeDelay
    ? 0
    : Math.min(longestDelayMs, 250 * 2 ** Math.floor((failures - failuresBeforeDelay) / 10))

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
