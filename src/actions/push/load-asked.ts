// Sessions that have ended, and are graded by a tap on the question after them.
import type { SessionRow } from '../../../entities/index.ts'
import { readAnswer, type Grade } from '../../../rules/satisfaction.ts'
import type { Unit } from '../../ports.ts'
import type { Push } from './push.ts'

export type Asked = Map<string, SessionRow>
export type Graded = { session: SessionRow; grade: Grade }

const answerIn = ({ deed }: Push) =>
  deed.kind === 'text' && deed.tapped !== undefined ? readAnswer(deed.tapped) : null

/** Whoever changes a session holds its customer, and these customers are held: nobody is waited for. */
export async function lockAsked(unit: Unit, pushes: Push[]): Promise<Asked> {
  const asked: Asked = new Map()
  for (const companyId of [...new Set(pushes.map((push) => push.account.company_id))].sort()) {
    const ids = pushes
      .filter((push) => push.account.company_id === companyId)
      .map((push) => answerIn(push)?.sessionId)
      .filter((id) => id !== undefined)
    for (const row of ids.length > 0
      ? await unit.sessions.lockMany(companyId, [...new Set(ids)].sort())
      : []) {
      asked.set(row.session_id, row)
    }
  }
  return asked
}

/** Null where it grades nothing that this customer was asked about. */
export function gradeIn(push: Push, asked: Asked, customerId: string): Graded | null {
  const answer = answerIn(push)
  const session = answer ? asked.get(answer.sessionId) : undefined
  return answer && session?.wx_user_id === customerId ? { session, grade: answer.grade } : null
}
