// What is said automatically in a step: the rows are written together with it, and the session has
// counted their lines.
import type { CustomerRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'
import { automaticLine, type AutomaticLines, type AutomaticWish } from '../lines/automatic-line.ts'
import type { Moved } from './take-step.ts'

export type Spoken = Omit<AutomaticLines, 'session'> & { moved: Moved }

export const unspoken = (customer: CustomerRow, moved: Moved): Spoken => ({
  moved,
  customer,
  lines: [],
  outbox: [],
  events: [],
})

export function speak(
  needs: Needs<'ids' | 'clock'>,
  moved: Moved,
  wish: Omit<AutomaticWish, 'session'>,
): Spoken {
  const { session, ...said } = automaticLine(needs, { ...wish, session: moved.session })
  return { ...said, moved: { ...moved, session } }
}
