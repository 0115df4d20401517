// Iterates over the sessions of a lane that have to leave it, in order and in pieces.
import type { Unit } from '../../ports.ts'
import { pieces } from '../sift.ts'

type LaneRow = Awaited<ReturnType<Unit['lanes']['standing']>>[number]

export const standingIn = ({ lanes }: Pick<Unit, 'lanes'>, companyId: string, lane: string) =>
  pieces<LaneRow>((last, limit) =>
    lanes.standing(companyId, lane, {
      rank: last?.rank ?? -1,
      id: last?.session_id ?? '',
      limit,
    }),
  )

export async function* leaving(
  unit: Pick<Unit, 'lanes'>,
  where: { companyId: string; lane: string },
  leaves: (one: LaneRow) => boolean,
): AsyncGenerator<string[]> {
  for await (const rows of standingIn(unit, where.companyId, where.lane)) {
    yield rows.filter(leaves).map((row) => row.session_id)
  }
}

export const queuedBefore =
  (before: number) =>
  ({ queued_at: at }: LaneRow): boolean =>
    at !== null && at <= before
