// Loads closed sessions that are graded by a tap on the satisfaction question.
import type { SessionRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'
import { gradingIn } from './decide/graded.ts'
import type { Push } from './decide/push.ts'

/**
 * Locks the closed sessions that pushes of the batch grade. Whoever changes a session first locks
 * its customer, and the batch holds those locks already; so this waits at most for somebody who
 * only locks the session, as when the result of a reply is written, and that is short.
 */
export async function lockAsked(unit: Unit, pushes: Push[]): Promise<Map<string, SessionRow>> {
  const asked = new Map<string, SessionRow>()
  for (const companyId of [...new Set(pushes.map((push) => push.account.company_id))].sort()) {
    const ids = pushes
      .filter((push) => push.account.company_id === companyId)
      .map((push) => gradingIn(push)?.sessionId)
      .filter((id) => id !== undefined)
    for (const row of ids.length > 0
      ? await unit.sessions.lockMany(companyId, [...new Set(ids)].sort())
      : []) {
      asked.set(row.session_id, row)
    }
  }
  return asked
}
