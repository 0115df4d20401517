// What the repair of the queue index (actions/jobs/queue-reconcile.ts) asks of Redis: its sums and
// members, keys to which another program has written, and the mark that it is complete.
import type { Ids } from '../../ids.ts'
import { sumModulus, type Sums, type WaitingQueue } from '../../ports.ts'
import type { Link } from './connect.ts'
import { completed, entriesOf, incomplete, isWhole, type QueueKeys } from './queue-keys.ts'
import type { QueueWrites } from './queue-writes.ts'

const slice = 10_000

// This Redis script adds up the ranks of a list, to compare them with the database. It uses fmod,
// which is exact up to 2^53, whereas Lua's % operator rounds.
const sumScript = `local s, n = 0, 0
local e = redis.call('zrange', KEYS[1], ARGV[1], ARGV[2], 'withscores')
for i = 2, #e, 2 do n = n + 1; s = s + math.fmod(tonumber(e[i]), tonumber(ARGV[3])) end
return { n, string.format('%.0f', s) }`

const swapScript =
  "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('set', KEYS[1], ARGV[2]) end return 1"

type Repair = Pick<WaitingQueue, 'sums' | 'members' | 'foreign' | 'clear' | 'complete'>

export function openQueueRepair(keys: QueueKeys, { trusted, name }: QueueWrites, ids: Ids): Repair {
  const { queue, epochKey } = keys
  return {
    ...openReads(keys, trusted, ids),
    foreign: async (companyId) => {
      const all = await keptBy(keys, companyId)
      const found = await Promise.all(all.map(isForeign))
      return [...new Set(all.filter((_, at) => found[at]).map(({ key }) => key))]
    },
    clear: async (companyId, foreign, lists) => {
      // the epoch is deleted first, so that nobody takes the missing entries for an empty queue
      await queue.ask((redis) => redis.del(epochKey(companyId)))
      for (const { link, key } of await keptBy(keys, companyId)) {
        if (foreign.includes(key)) await link.ask((redis) => redis.del(key))
      }
      await name(companyId, lists)
    },
    complete: async (companyId, epoch) => {
      if (!(await trusted(companyId))) return
      // the epoch is replaced only if it is still the same; if the index was lost meanwhile, it is
      // different or gone, and the index stays incomplete
      await queue.ask((redis) =>
        redis.eval(swapScript, 1, epochKey(companyId), epoch, completed(epoch)),
      )
    },
  }
}

function openReads(
  { queue, linkOf, epochKey, listKey, ...keys }: QueueKeys,
  trusted: QueueWrites['trusted'],
  ids: Ids,
): Pick<Repair, 'sums' | 'members'> {
  /** Computes the checksum in slices, because Redis does nothing else while a script runs. */
  const sumOf = async (companyId: string, list: string) => {
    const total = { count: 0, sum: 0 }
    for (let at = 0; ; at += slice) {
      const answer = await linkOf(list).ask((redis) =>
        redis.eval(sumScript, 1, listKey(companyId, list), at, at + slice - 1, sumModulus),
      )
      if (answer === undefined) return null
      const [count = 0, sum = 0] = (answer as [number, string]).map(Number)
      total.count += count
      total.sum += sum
      if (count < slice) return total
    }
  }
  return {
    sums: async (companyId) => {
      await trusted(companyId)
      const answers = await queue.askAll([
        ['set', epochKey(companyId), incomplete(ids()), 'NX'],
        ['get', epochKey(companyId)],
      ])
      const names = await namesIn(keys, companyId)
      if (!answers || names.includes(undefined)) return null
      const epoch = String(answers[1])
      const lists: Sums['lists'] = new Map()
      const all = [...new Set(names.flatMap((some) => some ?? []))]
      for (const [at, sum] of (
        await Promise.all(all.map((list) => sumOf(companyId, list)))
      ).entries()) {
        if (sum === null) return null
        if (sum.count > 0) lists.set(all[at] ?? '', sum)
      }
      return { whole: isWhole(epoch), epoch, lists }
    },
    members: async (companyId, list) => {
      const found = new Map<string, number>()
      for (let at = 0; ; at += slice) {
        const answer = await linkOf(list).ask((redis) =>
          redis.zrange(listKey(companyId, list), at, at + slice - 1, 'WITHSCORES'),
        )
        if (answer === undefined) return null
        for (const [id, rank] of entriesOf(answer)) found.set(id, rank)
        if (answer.length < 2 * slice) return found
      }
    },
  }
}

/**
 * The names of a company's lists in each database of Redis; undefined where Redis does not answer.
 */
const namesIn = ({ both, namesKey }: Pick<QueueKeys, 'both' | 'namesKey'>, companyId: string) =>
  Promise.all(both.map((link) => link.ask((redis) => redis.smembers(namesKey(link, companyId)))))

type Kept = { link: Link; key: string; type: string }

/** All keys of a company's index, except lists whose names were lost. */
async function keptBy(keys: QueueKeys, companyId: string): Promise<Kept[]> {
  const { queue, both, linkOf, epochKey, namesKey, listKey } = keys
  const names = await namesIn(keys, companyId)
  return [
    { link: queue, key: epochKey(companyId), type: 'string' },
    ...both.map((link) => ({ link, key: namesKey(link, companyId), type: 'set' })),
    ...names
      .flatMap((some) => some ?? [])
      .map((list) => ({ link: linkOf(list), key: listKey(companyId, list), type: 'zset' })),
  ]
}

async function isForeign({ link, key, type }: Kept): Promise<boolean> {
  const found = await link.ask((redis) => redis.type(key))
  return found !== undefined && found !== type && found !== 'none'
}
