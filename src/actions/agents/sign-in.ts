import { setTimeout as sleep } from 'node:timers/promises'
import {
  companyIsOpen,
  delayFor,
  delayWindowMs,
  failuresCounted,
  lockedUntil,
  loginsBeforeLock,
  networkOf,
  triesBeforeAddressLock,
} from '../../../rules/access/login.ts'
import type { UserRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import { newToken } from '../../ids.ts'
import { hashToken } from '../../passwords.ts'
import type { Needs, Unit } from '../../ports.ts'
import { ringRoom } from '../transition/ring-room.ts'
import { openTurns } from './turns.ts'

export type SignInInput = { username: string; password: string; device: string | null; ip: string }
export type SignInResult = { token: string; endsAt: number; user: UserRow }
type SignInNeeds = Needs<'store' | 'clock' | 'ids' | 'limits' | 'bus' | 'passwords'>

// How many sign-in attempts may run or wait at the same time, for one key and in total. A whole
// office behind one address may sign in at once, and a flood from one address leaves most of the
// room to others. So does a flood for one name from many addresses: each of its attempts waits
// seconds, so without a limit of its own it would soon take all the room.
const room = { ofKey: 48, ofAll: 240 }
const ofName = room.ofAll / 2
const someOfAName = openTurns(ofName, { ...room, ofKey: ofName })
const oneAtATime = openTurns(1, room)
const fewAtATime = openTurns(8, room)

export function signInAgent(needs: SignInNeeds, asked: SignInInput): Promise<SignInResult> {
  const input = { ...asked, ip: networkOf(asked.ip) }
  return fewAtATime(input.ip, () =>
    oneAtATime(`${input.ip} ${input.username}`, () =>
      someOfAName(input.username, () => tryOnce(needs, input)),
    ),
  )
}

async function tryOnce(needs: SignInNeeds, input: SignInInput): Promise<SignInResult> {
  const tryId = await writeTry(needs, input)
  await waitForName(needs, input.username)
  const user = await needs.store.read.users.byUsername(input.username)
  const matches = await needs.passwords.matches(user?.password_hash ?? null, input.password)
  if (!user || !matches || user.enabled !== 1) throw failed()
  const result = await writeLogin(needs, { user, tryId, device: input.device })
  ringRoom(needs, user.company_id, user.uid)
  return result
}

const failed = () => new AppError('login_failed', 'The login name or the password is wrong.')

/**
 * Slows down attempts for one name from many addresses. This also delays the real owner, but never
 * by more than a few seconds.
 */
async function waitForName(needs: Needs<'store' | 'clock'>, username: string): Promise<void> {
  const since = needs.clock.now() - delayWindowMs
  const { logins } = needs.store.read
  const ms = delayFor(await logins.countFailures(username, since, failuresCounted))
  if (ms > 0) await sleep(ms)
}

/**
 * Records a sign-in attempt. It counts as failed until the password has been checked, so that an
 * attempt that is cut off counts as failed too.
 */
export function writeTry(
  needs: Needs<'store' | 'clock' | 'ids'>,
  { username, ip }: Pick<SignInInput, 'username' | 'ip'>,
): Promise<string> {
  return needs.store.work('rest', async (unit) => {
    await unit.users.lockLogin(username)
    const now = needs.clock.now()
    await refuseLocked(unit, { username, ip }, now)
    const id = needs.ids()
    unit.logins.tried({
      login_log_id: id,
      username,
      ip,
      result: 'failed',
      uid: null,
      at: now,
    })
    return id
  })
}

async function refuseLocked(
  unit: Unit,
  { username, ip }: { username: string; ip: string },
  now: number,
): Promise<void> {
  const mine = await unit.logins.lastFailures(username, ip, loginsBeforeLock)
  const all = await unit.logins.lastFailuresFrom(ip, triesBeforeAddressLock)
  const until =
    lockedUntil(
      mine.map((row) => row.at),
      loginsBeforeLock,
      now,
    ) ??
    lockedUntil(
      all.map((row) => row.at),
      triesBeforeAddressLock,
      now,
    )
  if (until === null) return
  throw new AppError('login_locked', 'Too many failures: wait before you try again.', {
    retryAfter: Math.ceil((until - now) / 1000),
  })
}

function writeLogin(
  needs: SignInNeeds,
  given: { user: UserRow; tryId: string; device: string | null },
): Promise<SignInResult> {
  return needs.store.work('rest', async (unit) => {
    const now = needs.clock.now()
    // somebody may be disabling the company or this person, or changing their password: with both
    // rows locked, either that ends this sign-in or we see it
    const company = await unit.companies.lock(given.user.company_id)
    await unit.users.lockLogin(given.user.username)
    const user = await unit.users.byUsername(given.user.username)
    if (user?.enabled !== 1 || user.password_hash !== given.user.password_hash) throw failed()
    if (!companyIsOpen(company, now)) {
      throw new AppError('company_disabled', 'Your company is disabled or has expired.')
    }
    const token = newToken()
    const endsAt = now + needs.limits.loginMaxMs
    await unit.users.setPresence(user.uid, 'online', now)
    unit.logins.insert({
      token_hash: hashToken(token),
      company_id: user.company_id,
      uid: user.uid,
      device: given.device,
      created_at: now,
      seen_at: now,
      ends_at: endsAt,
    })
    await unit.logins.turnedOut(given.tryId, 'ok', user.uid)
    return { token, endsAt, user: { ...user, presence: 'online', seen_at: now } }
  })
}
