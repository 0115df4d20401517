// Who is behind this token? Asked on every call, so it is remembered; an end forgets it at once.
import { companyIsOpen, loginIsOver } from '../../../rules/login.ts'
import { hashToken } from '../../passwords.ts'
import type { Needs } from '../../ports.ts'
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
/** What the person may, whichever sign-in asks; it ends with the company. */
type KeptRights = Pick<KnownLogin, 'companyId' | 'role' | 'operator' | 'name'> & {
  endsAt: number | null
}
type SignedInNeeds = Needs<'store' | 'cache' | 'bus' | 'clock' | 'limits' | 'log'>

const holdsMs = 60_000
const writesSeenEveryMs = 60_000

export async function signedIn(needs: SignedInNeeds, token: string): Promise<KnownLogin | null> {
  const hash = hashToken(token)
  const login = await remembered(needs, loginKey(hash), { load: () => loadLogin(needs, hash) })
  const rights =
    login &&
    (await remembered(needs, permKey(login.kept.uid), {
      load: () => loadRights(needs, login.kept),
      // a uid counts within one installation: another one's rights, on a Redis they share, are nobody's here
      fits: ({ companyId }) => companyId === login.kept.companyId,
    }))
  if (!rights) return null
  const { uid, companyId } = login.kept
  const now = needs.clock.now()
  const seenAt = Math.max(login.kept.seenAt, Number(await needs.cache.get(seenKey(hash))))
  const endsAt = Math.min(login.kept.endsAt, rights.kept.endsAt ?? Infinity)
  if (loginIsOver({ seenAt, endsAt }, now, needs.limits.loginIdleMs)) {
    await endOne(needs, hash)
    return null
  }
  await needs.cache.set(seenKey(hash), String(now), Math.max(needs.limits.loginIdleMs, holdsMs))
  if (login.fresh && now - login.kept.seenAt >= writesSeenEveryMs) {
    writeSeen(needs, { uid, tokenHash: hash }, now)
  }
  const { role, operator, name } = rights.kept
  return { uid, companyId, role, operator, name, tokenHash: hash }
}

type Remembering<T> = { load: () => Promise<T | null>; fits?: (kept: T) => boolean }

/** Kept first and read again: whoever changes a row meanwhile does so before he deletes it here, so one of us sees it. */
async function remembered<T>(
  { cache }: SignedInNeeds,
  key: string,
  { load, fits = () => true }: Remembering<T>,
): Promise<{ kept: T; fresh: boolean } | null> {
  const cached = await cache.get(key)
  const known = cached === null ? null : (JSON.parse(cached) as T)
  if (known && fits(known)) return { kept: known, fresh: false }
  const found = await load()
  if (!found) return null
  await cache.set(key, JSON.stringify(found), holdsMs)
  const again = await load()
  if (JSON.stringify(again) !== JSON.stringify(found)) await cache.delete(key)
  return again && { kept: again, fresh: true }
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
  const company = await store.read.accounts.company(companyId)
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

/** The caller does not wait: this only keeps a sign-in and a presence alive. */
function writeSeen(
  needs: SignedInNeeds,
  login: Pick<KnownLogin, 'uid' | 'tokenHash'>,
  now: number,
): void {
  needs.store
    .work('rest', async (unit) => {
      await unit.logins.seen(login.tokenHash, now)
      await unit.users.seen(login.uid, now)
    })
    .catch((error: unknown) => {
      needs.log.warn({ err: error, uid: login.uid }, 'last call of a sign-in not written')
    })
}
