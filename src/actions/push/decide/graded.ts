// A tap on the question after a session grades it; the session has ended by then.
import type { SessionRow } from '../../../../entities/index.ts'
import { readAnswer, type Grade } from '../../../../rules/session/satisfaction.ts'
import type { Push } from './push.ts'

export type Graded = { session: SessionRow; grade: Grade }

export const gradingIn = ({ deed }: Push) =>
  deed.kind === 'text' && deed.tapped !== undefined ? readAnswer(deed.tapped) : null

/** Null where it grades nothing that this customer was asked about. */
export function gradedBy(
  push: Push,
  asked: ReadonlyMap<string, SessionRow>,
  customerId: string,
): Graded | null {
  const grading = gradingIn(push)
  const session = grading ? asked.get(grading.sessionId) : undefined
  return grading && session?.wx_user_id === customerId ? { session, grade: grading.grade } : null
}
