// Who is behind this token? Asked on every call, so it is remembered; an end forgets it at once.
import { companyIsOpen, loginIsOver } from '../../../rules/login.ts'
import { hashToken } from '../../passwords.ts'
import type { Needs } from '../../ports.ts'
import { forgetLogins, loginKey, seenKey } from './end-logins.ts'

export type LoginRole = 'agent' | 'supervisor' | 'admin'
export type KnownLogin = { uid: number, companyId: string, role: LoginRole, operator: boolean, name: string, tokenHash: string }
type Kept = KnownLogin & { seenAt: number, endsAt: number }
type SignedInNeeds = Needs<'store' | 'cache' | 'bus' | 'clock' | 'limits' | 'log'>

const holdsMs = 60_000
const writesSeenEveryMs = 60_000

export async function signedIn(needs: SignedInNeeds, token: string): Promise<KnownLogin | null> {
  const hash = hashToken(token)
  const cached = await needs.cache.get(loginKey(hash))
  const kept = cached === null ? await loadAndKeep(needs, hash) : JSON.parse(cached) as Kept
  if (!kept) return null
  const now = needs.clock.now()
  const seenAt = Math.max(kept.seenAt, Number(await needs.cache.get(seenKey(hash))))
  if (loginIsOver({ seenAt, endsAt: kept.endsAt }, now, needs.limits.loginIdleMs)) {
    await endOne(needs, hash)
    return null
  }
  await needs.cache.set(seenKey(hash), String(now), Math.max(needs.limits.loginIdleMs, holdsMs))
  if (cached === null && now - kept.seenAt >= writesSeenEveryMs) writeSeen(needs, kept, now)
  const { uid, companyId, role, operator, name } = kept
  return { uid, companyId, role, operator, name, tokenHash: hash }
}

/** Kept first and read again: whoever ends a sign-in meanwhile deletes the row before the cache, so one of us sees it. */
async function loadAndKeep(needs: SignedInNeeds, hash: string): Promise<Kept | null> {
  const found = await load(needs, hash)
  if (!found) return null
  await needs.cache.set(loginKey(hash), JSON.stringify(found), holdsMs)
  const again = await load(needs, hash)
  if (JSON.stringify(again) !== JSON.stringify(found)) await needs.cache.delete(loginKey(hash))
  return again
}

async function load({ store, clock }: SignedInNeeds, hash: string): Promise<Kept | null> {
  const login = await store.read.logins.find(hash)
  if (!login) return null
  const user = await store.read.users.find(login.company_id, login.uid)
  if (user?.enabled !== 1) return null
  const company = await store.read.accounts.company(login.company_id)
  if (!company || !companyIsOpen(company, clock.now())) return null
  return {
    uid: user.uid, companyId: user.company_id, role: user.role as LoginRole, operator: user.operator === 1, name: user.name,
    tokenHash: hash, seenAt: login.seen_at, endsAt: Math.min(login.ends_at, company.expires_at ?? Infinity),
  }
}

async function endOne(needs: SignedInNeeds, hash: string): Promise<void> {
  await needs.store.work('rest', (unit) => unit.logins.end(hash))
  await forgetLogins(needs, [hash])
}

/** The caller does not wait: this only keeps a sign-in and a presence alive. */
function writeSeen(needs: SignedInNeeds, login: Kept, now: number): void {
  needs.store.work('rest', async (unit) => {
    await unit.logins.seen(login.tokenHash, now)
    await unit.users.seen(login.uid, now)
  }).catch((error: unknown) => { needs.log.warn({ err: error, uid: login.uid }, 'last call of a sign-in not written') })
}
