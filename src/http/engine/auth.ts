import { timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'
import { signedIn } from '../../actions/agents/signed-in.ts'
import { AppError } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { isOwnOrigin } from './address.ts'
import type { Route, SignedIn } from './route.ts'

const ranks = { agent: 0, supervisor: 1, admin: 2 }

/**
 * Returns the signed-in caller of a route. Refuses the call if nobody is signed in or their role
 * may not call this route.
 */
export async function admit(
  ports: Ports,
  request: Request,
  who: Exclude<Route['who'], 'everyone'>,
): Promise<SignedIn> {
  const token = tokenOf(request)
  const me = token === null ? null : await signedIn(ports, token)
  if (!me) throw new AppError('not_signed_in', 'Sign in first.')
  const may = who === 'operator' ? me.operator : ranks[me.role] >= ranks[who]
  if (!may) throw new AppError('not_allowed', 'Your role does not allow this.')
  return me
}

export const bearerOf = (request: Request): string | null =>
  /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null

export function tokenOf(request: Request): string | null {
  const cookie = /(?:^|;\s*)kefu=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? null
  return bearerOf(request) ?? (cookie !== null && isOwnOrigin(request) ? cookie : null)
}

export function sameSecret(given: string | null, secret: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(secret)]
  return a.length === b.length && timingSafeEqual(a, b)
}
