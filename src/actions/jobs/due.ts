// Finds sessions for which a timer may be due, page by page from an index. Many sessions found by
// their age turn out not to be due, so each one is checked again later.
import { active, group, ownedStates, queued, waiting } from '../../../rules/session/states.ts'
import type { DueKind, Unit } from '../../ports.ts'
import { pieces, pieceSize } from '../sift.ts'

const states: Record<DueKind, readonly number[]> = {
  waiting: [waiting],
  queued: [queued],
  idle: [active, group],
  owed: ownedStates,
  // the timer `left` takes sessions back whose owner went offline; it applies to these states
  left: [waiting, group],
}

export async function* dueSessions(
  { sessionTimers }: Pick<Unit, 'sessionTimers'>,
  companyId: string,
  { kind, before, atOnce = pieceSize }: { kind: DueKind; before: number; atOnce?: number },
): AsyncGenerator<string[]> {
  for (const state of states[kind]) {
    for await (const rows of pieces<Awaited<ReturnType<typeof sessionTimers.due>>[number]>(
      (last, limit) =>
        sessionTimers.due(
          companyId,
          { kind, state, before },
          { at: last?.add_time ?? -1, id: last?.session_id ?? '', limit },
        ),
      atOnce,
    )) {
      yield rows.filter((row) => row.kept).map((row) => row.session_id)
    }
  }
}
