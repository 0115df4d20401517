// Missed sessions: they ended while their customer waited. They stay in the list until somebody
// answers the customer or marks them as done.
import type { MissedSessionRow, SessionRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit } from '../audit.ts'
import { supervises, type Me } from '../access/caller.ts'
import { getVisible } from '../access/find.ts'
import { refuse } from '../access/refuse.ts'

/**
 * A person sees their own missed sessions and those of nobody on accounts they serve. Supervisors
 * see all of the company.
 */
async function sees(unit: Unit, me: Me, missed: MissedSessionRow): Promise<boolean> {
  if (supervises(me) || missed.uid === me.uid) return true
  return missed.uid === null && (await unit.users.identity(missed.account_id, me.uid)) !== null
}

/** Whoever sees a missed session may write to its customer, whoever the exclusive agent is. */
export async function seesMissed(unit: Unit, me: Me, customerId: string): Promise<boolean> {
  for (const missed of await unit.missed.ofCustomer(me.companyId, customerId)) {
    if (await sees(unit, me, missed)) return true
  }
  return false
}

export async function dismissMissed(
  needs: Needs<'store' | 'clock' | 'ids'>,
  me: Me,
  sessionId: string,
): Promise<SessionRow> {
  const session = await getVisible(needs, me, sessionId)
  await needs.store.work('rest', async (unit) => {
    const missed = await unit.missed.find(me.companyId, sessionId)
    if (missed && !(await sees(unit, me, missed))) refuse('not_owner')
    if ((await unit.missed.dismiss(me.companyId, sessionId)) === 0) {
      throw new AppError(
        'session_not_missed',
        'The session does not stand among the missed: somebody has dealt with it.',
      )
    }
    writeAudit(needs, unit, { me, entry: { action: 'session.dismiss', object: sessionId } })
  })
  return session
}
