// Finds the person behind a token. Since every call asks this, the answer is cached; when a sign-in
// ends, the cache entry is deleted at once.
import { companyIsOpen, loginIsOver } from '../../../rules/access/login.ts'
import { presenceHoldsMs } from '../../../rules/session/presence.ts'
import { hashToken } from '../../passwords.ts'
import type { Needs } from '../../ports.ts'
import { ringRoom } from '../transition/ring-room.ts'
import { forgetLogins, loginKey, permKey, seenKey } from './end-logins.ts'

export type LoginRole = 'agent' | 'supervisor' | 'admin'
export type KnownLogin = {
  uid: number
  companyId: string
  role: LoginRole
  operator: boolean
  name: string
  tokenHash: string
}
type KeptLogin = { uid: number; companyId: string; seenAt: number; endsAt: number }
/**
 * The rights of a person, kept once for all their sign-ins. They are valid until the company
 * expires.
 */
type KeptRights = Pick<KnownLogin, 'companyId' | 'role' | 'operator' | 'name'> & {
  endsAt: number | null
}
type SignedInNeeds = Needs<'store' | 'cache' | 'bus' | 'clock' | 'limits' | 'log'>

const holdsMs = 60_000
const writesSeenEveryMs = 30_000

export async function signedIn(needs: SignedInNeeds, token: string): Promise<KnownLogin | null> {
  const hash = hashToken(token)
  const login = await remembered(needs, loginKey(hash), { load: () => loadLogin(needs, hash) })
  const rights =
    login &&
    (await remembered(needs, permKey(login.uid), {
      load: () => loadRights(needs, login),
      // uids are unique only within one installation; if two share a Redis, the cached rights of
      // the other one must not be used
      fits: ({ companyId }) => companyId === login.companyId,
    }))
  if (!rights) return null
  const { uid, companyId } = login
  const now = needs.clock.now()
  const seen = await readSeen(needs, hash)
  const seenAt = Math.max(login.seenAt, seen.at)
  const endsAt = Math.min(login.endsAt, rights.endsAt ?? Infinity)
  if (loginIsOver({ seenAt, endsAt }, now, needs.limits.loginIdleMs)) {
    await endOne(needs, hash)
    return null
  }
  const unwrittenMs = now - Math.max(login.seenAt, seen.writtenAt)
  const isDue = unwrittenMs >= writesSeenEveryMs
  await needs.cache.set(
    seenKey(hash),
    `${now} ${isDue ? now : now - unwrittenMs}`,
    Math.max(needs.limits.loginIdleMs, holdsMs),
  )
  if (isDue) await writeSeen(needs, { uid, companyId, tokenHash: hash }, { now, unwrittenMs })
  const { role, operator, name } = rights
  return { uid, companyId, role, operator, name, tokenHash: hash }
}

type Remembering<T> = { load: () => Promise<T | null>; fits?: (kept: T) => boolean }

/**
 * Stores the value in the cache and then reads the row again. Whoever changes the row deletes the
 * cache entry after that, so one of the two always notices the change.
 */
async function remembered<T>(
  { cache }: SignedInNeeds,
  key: string,
  { load, fits = () => true }: Remembering<T>,
): Promise<T | null> {
  const cached = await cache.get(key)
  const known = cached === null ? null : (JSON.parse(cached) as T)
  if (known && fits(known)) return known
  const found = await load()
  if (!found) return null
  await cache.set(key, JSON.stringify(found), holdsMs)
  const again = await load()
  if (JSON.stringify(again) !== JSON.stringify(found)) await cache.delete(key)
  return again
}

async function loadLogin({ store }: SignedInNeeds, hash: string): Promise<KeptLogin | null> {
  const login = await store.read.logins.find(hash)
  return (
    login && {
      uid: login.uid,
      companyId: login.company_id,
      seenAt: login.seen_at,
      endsAt: login.ends_at,
    }
  )
}

async function loadRights(
  { store, clock }: SignedInNeeds,
  { companyId, uid }: KeptLogin,
): Promise<KeptRights | null> {
  const user = await store.read.users.find(companyId, uid)
  if (user?.enabled !== 1) return null
  const company = await store.read.companies.find(companyId)
  if (!company || !companyIsOpen(company, clock.now())) return null
  return {
    companyId,
    role: user.role as LoginRole,
    operator: user.operator === 1,
    name: user.name,
    endsAt: company.expires_at,
  }
}

async function endOne(needs: SignedInNeeds, hash: string): Promise<void> {
  await needs.store.work('rest', (unit) => unit.logins.end(hash))
  await forgetLogins(needs, [hash])
}

/**
 * The time of the sign-in's last call, and the last time that was written to the database, where it
 * is not written at every call.
 */
async function readSeen({ cache }: SignedInNeeds, hash: string) {
  const [at = 0, writtenAt = 0] = ((await cache.get(seenKey(hash))) ?? '').split(' ').map(Number)
  return { at, writtenAt }
}

/**
 * Records that the person is active. The caller waits for this only when the person was offline
 * before; otherwise it happens in the background.
 */
async function writeSeen(
  needs: SignedInNeeds,
  { uid, companyId, tokenHash }: Pick<KnownLogin, 'uid' | 'companyId' | 'tokenHash'>,
  { now, unwrittenMs }: { now: number; unwrittenMs: number },
): Promise<void> {
  const written = needs.store
    .work('rest', async (unit) => {
      await unit.logins.seen(tokenHash, now)
      await unit.users.seen(uid, now)
    })
    .catch((error: unknown) => {
      needs.log.warn({ err: error, uid }, 'last call of a sign-in not written')
    })
  if (unwrittenMs < presenceHoldsMs) return
  await written
  ringRoom(needs, companyId, uid)
}
