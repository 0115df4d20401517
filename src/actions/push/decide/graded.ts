// Recognises a tap on the satisfaction question, which grades a session that has ended already.
import type { SessionRow } from '../../../../entities/index.ts'
import { readAnswer, type Grade } from '../../../../rules/session/satisfaction.ts'
import type { Push } from './push.ts'

export type Graded = { session: SessionRow; grade: Grade }

export const gradingIn = ({ deed }: Push) =>
  deed.kind === 'text' && deed.tapped !== undefined ? readAnswer(deed.tapped) : null

/**
 * Returns the session that a push grades and the grade. Null if the push is no tap that grades a
 * session about which this customer was asked.
 */
export function gradedBy(
  push: Push,
  asked: ReadonlyMap<string, SessionRow>,
  customerId: string,
): Graded | null {
  const grading = gradingIn(push)
  const session = grading ? asked.get(grading.sessionId) : undefined
  return grading && session?.wx_user_id === customerId ? { session, grade: grading.grade } : null
}
