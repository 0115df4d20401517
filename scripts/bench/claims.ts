// What both sides of the claim benchmark share: the numbers of agents and sessions, and the record
// of a claim.
import { quantile } from './place.ts'

export const claimers = 200
export const warming = 500
export const processes = 2
/**
 * How many connections each process of the claim benchmark has: as many as the product's pool for
 * claims, so that the comparison is fair.
 */
export const connections = 14

/**
 * A claim that was made. Times are in ms since 1970, so that those of several processes can be
 * compared.
 */
export type Claim = { id: string; uid: number; began: number; ended: number }
export type ClaimsMade = { claims: Claim[]; failures: number }

export const nowMs = () => performance.timeOrigin + performance.now()

export function together(parts: ClaimsMade[]): ClaimsMade {
  return {
    claims: parts.flatMap(({ claims }) => claims),
    failures: parts.reduce((sum, { failures }) => sum + failures, 0),
  }
}

export function faultsOf({ claims }: ClaimsMade, expected: number): string[] {
  const different = new Set(claims.map(({ id }) => id)).size
  return [
    ...(claims.length !== expected ? [`${claims.length} claims of ${expected} sessions`] : []),
    ...(different !== claims.length
      ? [`${claims.length - different} sessions were claimed twice`]
      : []),
  ]
}

export type ClaimFigures = { perSecond: number; p50: number; p99: number; failures: number }

export function claimFiguresOf({ claims, failures }: ClaimsMade): ClaimFigures {
  const times = claims.map(({ began, ended }) => ended - began)
  const took =
    Math.max(...claims.map(({ ended }) => ended)) - Math.min(...claims.map(({ began }) => began))
  return {
    perSecond: (claims.length * 1000) / took,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    failures,
  }
}
