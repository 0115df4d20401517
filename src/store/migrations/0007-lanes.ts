// Gives each lane one account. Sessions in the lane `all` move to the lane of their account, those
// in `group:<id>` to the group's lane for their account; ranks stay the same. It works in small
// pieces, each of which MySQL and MariaDB commit on its own, so it can be stopped and started again
// at any point.
import type { MigrationInterface, QueryRunner } from 'typeorm'
import { commonLane, groupLane, privateLanes, readLane } from '../../../rules/session/lane.ts'

const atOnce = 5000

type LanePiece = { companyId: string; lane: string; rank: number }

export class Lanes1700000000007 implements MigrationInterface {
  name = 'Lanes1700000000007'

  async up(runner: QueryRunner): Promise<void> {
    const companies = (await runner.query(
      'select company_id from company order by company_id',
    )) as {
      company_id: string
    }[]
    for (const { company_id: companyId } of companies) {
      for (const lane of await formerLanes(runner, companyId)) {
        for (let rank; (rank = await nextPiece(runner, companyId, lane)) !== null;) {
          await movePiece(runner, { companyId, lane, rank })
        }
      }
    }
  }

  /**
   * Older releases do not know lanes of one account, so sessions in them would wait where nobody
   * looks.
   */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `update message_session set lane = 'all' where state = 3 and lane >= '${commonLane('')}' and lane < '${privateLanes.from}'`,
    )
  }
}

/** Jumps from one lane to the next instead of reading all queued sessions. */
async function formerLanes(runner: QueryRunner, companyId: string): Promise<string[]> {
  const lanes: string[] = []
  for (let after = ''; ;) {
    const [next] = (await runner.query(
      `select lane from message_session where company_id = ? and lane > ? and lane < '${privateLanes.from}' and state = 3 order by lane limit 1`,
      [companyId, after],
    )) as { lane: string }[]
    if (!next) return lanes
    after = next.lane
    if (readLane(after) === null) lanes.push(after)
  }
}

/** The rank up to which the next piece goes; null if no session is queued there any more. */
async function nextPiece(
  runner: QueryRunner,
  companyId: string,
  lane: string,
): Promise<number | null> {
  const rankAt = async (order: string) =>
    (
      (await runner.query(
        `select \`rank\` from message_session where company_id = ? and lane = ? and state = 3 order by \`rank\`${order}`,
        [companyId, lane],
      )) as { rank: number | string }[]
    )[0]?.rank
  const rank = (await rankAt(` limit 1 offset ${atOnce - 1}`)) ?? (await rankAt(' desc limit 1'))
  return rank === undefined ? null : Number(rank)
}

async function movePiece(runner: QueryRunner, { companyId, lane, rank }: LanePiece): Promise<void> {
  const groupId = Number(/^group:(\d+)$/.exec(lane)?.[1] ?? NaN)
  const accounts = (await runner.query(
    'select distinct account_id from message_session where company_id = ? and lane = ? and state = 3 and (`rank` is null or `rank` <= ?)',
    [companyId, lane, rank],
  )) as { account_id: string }[]
  for (const { account_id: accountId } of accounts) {
    await runner.query(
      'update message_session set lane = ? where company_id = ? and lane = ? and state = 3 and (`rank` is null or `rank` <= ?) and account_id = ?',
      [
        Number.isNaN(groupId) ? commonLane(accountId) : groupLane(groupId, accountId),
        companyId,
        lane,
        rank,
        accountId,
      ],
    )
  }
}
