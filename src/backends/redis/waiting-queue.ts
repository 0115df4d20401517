// The queue index in Redis, which all processes share. It only proposes sessions, and the database
// decides.
import { laneList } from '../../../rules/session/queue-list.ts'
import type { Ids } from '../../ids.ts'
import type { QueueEntry, WaitingQueue } from '../../ports.ts'
import type { Command, Connection } from './connect.ts'
import { entriesOf, isWhole, openQueueKeys } from './queue-keys.ts'
import { openQueueRepair } from './queue-repair.ts'
import { openQueueWrites } from './queue-writes.ts'

const before = (a: QueueEntry, b: QueueEntry) =>
  a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

export function openRedisQueue(connection: Connection, ids: Ids): WaitingQueue {
  const keys = openQueueKeys(connection)
  const writes = openQueueWrites(keys)
  const { epochKey, listKey } = keys
  /** Asks Redis. Null if the index may lack sessions: then the caller asks SQL. */
  const askWhole = async (companyId: string, commands: Command[]): Promise<unknown[] | null> => {
    if (!(await writes.trusted(companyId))) return null
    const answers = await keys.queue.askAll([['get', epochKey(companyId)], ...commands])
    return isWhole(answers?.[0]) ? (answers?.slice(1) ?? null) : null
  }
  const askNumber = async (companyId: string, command: Command): Promise<number | null> => {
    const answer = (await askWhole(companyId, [command]))?.[0]
    return typeof answer === 'number' ? answer : null
  }

  return {
    shared: true,
    move: writes.move,
    heads: async (companyId, lanes, limit) => {
      const answers = await askWhole(
        companyId,
        lanes.map((lane): Command => [
          'zrange',
          listKey(companyId, laneList(lane)),
          0,
          limit - 1,
          'WITHSCORES',
        ]),
      )
      return (
        answers &&
        lanes
          .flatMap((lane, at) => entriesOf(answers[at]).map(([id, rank]) => ({ id, lane, rank })))
          .sort(before)
      )
    },
    position: (companyId, lane, id) =>
      askNumber(companyId, ['zrank', listKey(companyId, laneList(lane)), id]),
    before: (companyId, lane, rank) =>
      askNumber(companyId, ['zcount', listKey(companyId, laneList(lane)), '-inf', `(${rank}`]),
    ...openQueueRepair(keys, writes, ids),
    close: async () => undefined,
  }
}
