import type { Session } from 'kefu-wire'
import { z } from 'zod'
import { presentSessions } from '../../actions/sessions/present.ts'
import type { SessionRow } from '../../../entities/index.ts'
import type { Call } from '../engine/route.ts'

export const fence = z.number().int().optional()
export const idOf = (call: Pick<Call, 'params'>) => call.params['id'] ?? ''

export async function answerSession(
  { ports, me }: Pick<Call, 'ports' | 'me'>,
  row: SessionRow,
): Promise<{ body: Session }> {
  const [body] = (await presentSessions(ports, me.companyId, [row])) as [Session]
  return { body }
}
