// Claims the next session for an agent. Claims of one company that arrive together are dealt out in
// one transaction (deal-out.ts), so that agents of the same process never compete for a session and
// a crowd of them costs the database little more than one.
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { inBackground } from '../../in-background.ts'
import type { Store } from '../../ports.ts'
import type { Me } from '../access/caller.ts'
import { refuseForeignLane, servingOf } from '../access/serving.ts'
import { atCapacity } from '../transition/write-step.ts'
import type { ClaimNeeds } from './claim-session.ts'
import { dealOut, tellDeal, type Claimed, type Deal } from './deal-out.ts'
import type { Claimer } from './deal.ts'
import type { ShownSession } from './present.ts'

/** How many claims are dealt out in one transaction. */
const most = 64
const triesForMs = 8000
const pauseMs = 10
/** After this many refused sessions the database is thought to be at fault, not the sessions. */
const mostRefused = 3

type PendingClaim = Claimer & {
  /** How many sessions the database has refused to give to this agent. */
  refused: number
  until: number
  resolve: (session: ShownSession | null) => void
  reject: (error: unknown) => void
}
/** The claims of one company that wait to be dealt out; while there are some, they are served. */
type ClaimLine = { needs: ClaimNeeds; companyId: string; pending: PendingClaim[] }

/** The lines of each company. Several products may run in one process, each with its own store. */
const lines = new WeakMap<Store, Map<string, ClaimLine>>()

/**
 * Claims the next session for this agent, in queue order over all lanes they serve, or from `lane`
 * alone if it is given. Null if no session that they may have is queued there.
 */
export async function claimNext(
  needs: ClaimNeeds,
  me: Me,
  lane?: string,
): Promise<ShownSession | null> {
  if (lane !== undefined) refuseForeignLane(lane, await servingOf(needs.store.read, me.uid))
  return new Promise((resolve, reject) => {
    const until = needs.clock.mono() + triesForMs
    const seen = { passed: new Set<string>(), held: new Set<string>(), tried: new Set<string>() }
    enter(needs, { me, lane, ...seen, refused: 0, until, resolve, reject })
  })
}

function enter(needs: ClaimNeeds, claim: PendingClaim): void {
  const { companyId } = claim.me
  const ofStore = lines.get(needs.store) ?? new Map<string, ClaimLine>()
  lines.set(needs.store, ofStore)
  const line = ofStore.get(companyId)
  if (line) {
    line.pending.push(claim)
    return
  }
  const opened = { needs, companyId, pending: [claim] }
  ofStore.set(companyId, opened)
  const ended = () => ofStore.delete(companyId)
  inBackground(needs.log, 'claims', serve(opened, ended))
}

/** Serves a line until it is empty. It never throws, because errors are told to those who claim. */
async function serve(line: ClaimLine, ended: () => void): Promise<void> {
  do {
    // claims that arrive in the same moment get into the same transaction
    await nextTurn()
    const some = line.pending.splice(0, most)
    const again = await serveSome(line, some)
    // whoever came first asks again first; but many who ask in vain, as while somebody holds the
    // rows of the only session in their lane, must leave room for those behind them
    if (again.length > most / 2) line.pending.push(...again)
    else line.pending.unshift(...again)
    if (again.length === some.length) await sleep(Math.random() * pauseMs)
  } while (line.pending.length > 0)
  ended()
}

/** Deals out sessions to these claims and returns the claims that must be tried again. */
async function serveSome(line: ClaimLine, claims: PendingClaim[]): Promise<PendingClaim[]> {
  const { needs, companyId } = line
  const inTime = claims.filter((claim) => isInTime(needs, claim))
  if (inTime.length === 0) return []
  let deal: Deal
  try {
    deal = await dealOut(needs, companyId, inTime)
  } catch (error) {
    return serveFailed(line, inTime, error)
  }
  // from here on sessions have their new owners, so nothing may be dealt out a second time
  const told = await tellDeal(needs, companyId, deal).catch((error: unknown) => ({ error }))
  return inTime.filter((claim, at) => {
    const result = deal.results[at] ?? 'again'
    if (result === 'again') return isInTime(needs, claim)
    end(needs, claim, 'error' in told ? told : { result: told[at] ?? 'none' })
    return false
  })
}

/** Whether somebody may still wait for the claim. If not, it ends. */
function isInTime(needs: ClaimNeeds, claim: PendingClaim): boolean {
  if (needs.clock.mono() < claim.until) return true
  const error = new AppError('overloaded', 'Too many claim at once: try again.')
  end(needs, claim, { error })
  return false
}

/**
 * What happens to claims whose transaction failed. If the database refuses one of their sessions,
 * that must not keep anybody from claiming another: each is dealt out alone, and whoever met the
 * refused session passes it.
 */
function serveFailed(line: ClaimLine, claims: PendingClaim[], error: unknown): PendingClaim[] {
  const { needs } = line
  const [only] = claims
  const isShared = claims.length > 1 && !(error instanceof AppError)
  if (isShared) {
    // nobody waits for these transactions but those who claim in them
    for (const claim of claims) inBackground(needs.log, 'a claim alone', serveAlone(line, claim))
    return []
  }
  if (only && needs.store.refuses(error) && only.refused < mostRefused) {
    only.refused += 1
    for (const id of only.tried) {
      needs.log.error({ session: id, error: String(error) }, 'a session cannot be claimed')
      only.passed.add(id)
    }
    return [only]
  }
  for (const claim of claims) end(needs, claim, { error })
  return []
}

async function serveAlone(line: ClaimLine, claim: PendingClaim): Promise<void> {
  for (const again of await serveSome(line, [claim])) enter(line.needs, again)
}

type End = { result: Claimed } | { error: unknown }

function end(needs: ClaimNeeds, { resolve, reject }: PendingClaim, how: End): void {
  if ('result' in how && how.result === 'none') {
    resolve(null)
    return
  }
  if ('result' in how && typeof how.result === 'object') {
    needs.metrics.claims.inc({ result: 'won' })
    resolve(how.result)
    return
  }
  const error = 'error' in how ? how.error : atCapacity()
  needs.metrics.claims.inc({ result: error instanceof AppError ? error.code : 'error' })
  reject(error)
}
