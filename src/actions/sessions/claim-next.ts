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
import { dealOut, type Claimed, type Claimer } from './deal-out.ts'
import type { ShownSession } from './present.ts'

/** How many claims are dealt out in one transaction. */
const most = 64
const triesForMs = 8000
const pauseMs = 10

type PendingClaim = Claimer & {
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
    enter(needs, { me, lane, passed: new Set(), until, resolve, reject })
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
    line.pending.unshift(...again)
    if (again.length === some.length) await sleep(Math.random() * pauseMs)
  } while (line.pending.length > 0)
  ended()
}

/** Deals out sessions to these claims and returns the claims that must be tried again. */
async function serveSome(line: ClaimLine, claims: PendingClaim[]): Promise<PendingClaim[]> {
  const { needs, companyId } = line
  try {
    const results = await dealOut(needs, companyId, claims)
    return claims.filter((claim, at) => {
      const result = results[at] ?? 'again'
      if (result === 'again' && needs.clock.mono() < claim.until) return true
      end(needs, claim, { result })
      return false
    })
  } catch (error) {
    // a session that the database refuses to change must not keep all agents from claiming
    if (claims.length > 1 && !(error instanceof AppError)) return await oneByOne(line, claims)
    for (const claim of claims) end(needs, claim, { error })
    return []
  }
}

async function oneByOne(line: ClaimLine, claims: PendingClaim[]): Promise<PendingClaim[]> {
  const again: PendingClaim[] = []
  for (const claim of claims) again.push(...(await serveSome(line, [claim])))
  return again
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
  const error = 'error' in how ? how.error : how.result === 'full' ? atCapacity() : crowded()
  needs.metrics.claims.inc({ result: error instanceof AppError ? error.code : 'error' })
  reject(error)
}

const crowded = () => new AppError('overloaded', 'Too many claim at once: try again.')
