// The queue index in Redis. Database 2 has `queue:{c}:<lane>`, sorted by rank, and `epoch:{c}`;
// database 0 has `waiting:{c}:<uid>`, sorted by the time of assignment. `lists:{c}` in both names
// all lists of a company, so that nobody has to scan all keys. Every write may be repeated.
import { laneList, readList } from '../../../rules/session/queue-list.ts'
import type { Ids } from '../../ids.ts'
import {
  sumModulus,
  type Move,
  type QueueEntry,
  type Sums,
  type WaitingQueue,
} from '../../ports.ts'
import type { Command, Connection, Database, Link } from './connect.ts'

const slice = 10_000
const movesAtOnce = 500
// contains the version of the lane names, so that an index which an older release marked as
// complete is rebuilt
const whole = 'whole:2:'
const building = 'building:'

// fmod is exact up to 2^53, whereas Lua's % operator rounds
const sumScript = `local s, n = 0, 0
local e = redis.call('zrange', KEYS[1], ARGV[1], ARGV[2], 'withscores')
for i = 2, #e, 2 do n = n + 1; s = s + math.fmod(tonumber(e[i]), tonumber(ARGV[3])) end
return { n, string.format('%.0f', s) }`

const swapScript =
  "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('set', KEYS[1], ARGV[2]) end return 1"

const before = (a: QueueEntry, b: QueueEntry) =>
  a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
const databaseOf = (list: string): Database => (readList(list)?.kind === 'waiting' ? 0 : 2)
const entriesOf = (answer: unknown): [id: string, rank: number][] => {
  const flat = answer as string[]
  return flat.flatMap((id, at) => (at % 2 === 0 ? [[id, Number(flat[at + 1])]] : []))
}

export function openWaitingQueue(connection: Connection, ids: Ids): WaitingQueue {
  const index = openIndex(connection, ids)
  const { queue, epochKey, listKey, trusted } = index

  return {
    shared: true,
    move: index.move,
    heads: async (companyId, lanes, limit) => {
      if (!(await trusted(companyId))) return null
      const answers = await queue.askAll([
        ['get', epochKey(companyId)],
        ...lanes.map((lane): Command => [
          'zrange',
          listKey(companyId, laneList(lane)),
          0,
          limit - 1,
          'WITHSCORES',
        ]),
      ])
      if (!isWhole(answers?.[0])) return null
      return lanes
        .flatMap((lane, at) =>
          entriesOf(answers?.[at + 1]).map(([id, rank]) => ({ id, lane, rank })),
        )
        .sort(before)
        .slice(0, limit)
    },
    position: async (companyId, lane, id) => {
      if (!(await trusted(companyId))) return null
      const answers = await queue.askAll([
        ['get', epochKey(companyId)],
        ['zrank', listKey(companyId, laneList(lane)), id],
      ])
      const rank = answers?.[1]
      return isWhole(answers?.[0]) && typeof rank === 'number' ? rank : null
    },
    before: async (companyId, lane, rank) => {
      if (!(await trusted(companyId))) return null
      const answers = await queue.askAll([
        ['get', epochKey(companyId)],
        ['zcount', listKey(companyId, laneList(lane)), '-inf', `(${rank}`],
      ])
      const count = answers?.[1]
      return isWhole(answers?.[0]) && typeof count === 'number' ? count : null
    },
    sums: index.sums,
    members: index.members,
    foreign: index.foreign,
    clear: async (companyId, foreign, lists) => {
      // the epoch is deleted first, so that nobody takes the missing entries for an empty queue
      await queue.ask((redis) => redis.del(epochKey(companyId)))
      for (const { link, key } of await index.kept(companyId)) {
        if (foreign.includes(key)) await link.ask((redis) => redis.del(key))
      }
      await index.name(companyId, lists)
    },
    complete: async (companyId, epoch) => {
      if (!(await trusted(companyId))) return
      // if the index was lost meanwhile, its epoch is different or gone
      await queue.ask((redis) =>
        redis.eval(
          swapScript,
          1,
          epochKey(companyId),
          epoch,
          whole + epoch.slice(epoch.lastIndexOf(':') + 1),
        ),
      )
    },
    close: async () => undefined,
  }
}

const isWhole = (epoch: unknown) => typeof epoch === 'string' && epoch.startsWith(whole)

function openIndex(connection: Connection, ids: Ids) {
  const links = { 0: connection.link(0), 2: connection.link(2) }
  const linkOf = (list: string): Link => (databaseOf(list) === 0 ? links[0] : links[2])
  const epochKey = (companyId: string) => links[2].key(`epoch:{${companyId}}`)
  const namesKey = (link: Link, companyId: string) => link.key(`lists:{${companyId}}`)
  const listKey = (companyId: string, list: string) => {
    const whose = readList(list)
    return linkOf(list).key(
      whose?.kind === 'waiting'
        ? `waiting:{${companyId}}:${whose.uid}`
        : `queue:{${companyId}}:${whose?.lane ?? list}`,
    )
  }

  /** Companies for which Redis missed one of our writes. */
  const torn = new Set<string>()
  /**
   * If Redis missed a write, the index is incomplete: its epoch is deleted first, and claims are
   * proposed from the database until it is rebuilt.
   */
  const trusted = async (companyId: string): Promise<boolean> => {
    if (!torn.has(companyId)) return true
    if ((await links[2].ask((redis) => redis.del(epochKey(companyId)))) !== undefined) {
      torn.delete(companyId)
    }
    return false
  }
  const mendAfterOutage = () => {
    for (const companyId of torn) trusted(companyId).catch(() => undefined)
  }
  links[2].onBack(mendAfterOutage)

  const write = async (link: Link, companyId: string, commands: Command[]): Promise<number> => {
    if (commands.length === 0) return 0
    const answers = await link.askAll(commands)
    if (!answers) torn.add(companyId)
    // storing the name of a list does not count as a repair
    return (answers ?? []).reduce<number>(
      (sum, answer, at) => (commands[at]?.[0] === 'sadd' ? sum : sum + Number(answer)),
      0,
    )
  }
  /** A list that needs no repair is not written to, but its name may have been lost. */
  const name = async (companyId: string, lists: string[]): Promise<void> => {
    for (const list of lists) {
      const link = linkOf(list)
      await write(link, companyId, [['sadd', namesKey(link, companyId), list]])
    }
  }
  const commandsOf = (
    companyId: string,
    { id, from, to }: Move,
  ): { list: string; command: Command }[] => [
    ...(from !== null && from !== to?.list
      ? [{ list: from, command: ['zrem', listKey(companyId, from), id] as Command }]
      : []),
    ...(to
      ? [
          {
            list: to.list,
            command: ['sadd', namesKey(linkOf(to.list), companyId), to.list] as Command,
          },
          {
            list: to.list,
            command: ['zadd', listKey(companyId, to.list), 'CH', to.rank, id] as Command,
          },
        ]
      : []),
  ]
  const move = async (companyId: string, moves: Move[]): Promise<number> => {
    let changed = 0
    for (let at = 0; at < moves.length; at += movesAtOnce) {
      const some = moves.slice(at, at + movesAtOnce).flatMap((one) => commandsOf(companyId, one))
      const of = (database: Database) =>
        some.filter(({ list }) => databaseOf(list) === database).map(({ command }) => command)
      const counts = await Promise.all([
        write(links[0], companyId, of(0)),
        write(links[2], companyId, of(2)),
      ])
      changed += counts[0] + counts[1]
    }
    return changed
  }

  return {
    queue: links[2],
    epochKey,
    listKey,
    trusted,
    move,
    name,
    ...openForeign({ links, linkOf, epochKey, namesKey, listKey }),
    ...openReads({ links, linkOf, epochKey, namesKey, listKey, trusted, ids }),
  }
}

type Kept = { link: Link; key: string; type: string }

function openForeign({
  links,
  linkOf,
  epochKey,
  namesKey,
  listKey,
}: Pick<Parts, 'links' | 'linkOf' | 'epochKey' | 'namesKey' | 'listKey'>) {
  /** All keys of a company's index. Lists whose names were lost are missing here. */
  const kept = async (companyId: string): Promise<Kept[]> => {
    const both = [links[0], links[2]]
    const names = await Promise.all(
      both.map((link) => link.ask((redis) => redis.smembers(namesKey(link, companyId)))),
    )
    return [
      { link: links[2], key: epochKey(companyId), type: 'string' },
      ...both.map((link) => ({ link, key: namesKey(link, companyId), type: 'set' })),
      ...names
        .flatMap((some) => some ?? [])
        .map((list) => ({ link: linkOf(list), key: listKey(companyId, list), type: 'zset' })),
    ]
  }
  const isForeign = async ({ link, key, type }: Kept): Promise<boolean> => {
    const found = await link.ask((redis) => redis.type(key))
    return found !== undefined && found !== type && found !== 'none'
  }
  const foreign = async (companyId: string): Promise<string[]> => {
    const keys = await kept(companyId)
    const found = await Promise.all(keys.map(isForeign))
    return [...new Set(keys.filter((_, at) => found[at]).map(({ key }) => key))]
  }
  return { kept, foreign }
}

type Parts = {
  links: { 0: Link; 2: Link }
  linkOf: (list: string) => Link
  epochKey: (companyId: string) => string
  namesKey: (link: Link, companyId: string) => string
  listKey: (companyId: string, list: string) => string
  trusted: (companyId: string) => Promise<boolean>
  ids: Ids
}

function openReads({ links, linkOf, epochKey, namesKey, listKey, trusted, ids }: Parts) {
  const namesOf = async (companyId: string): Promise<string[] | null> => {
    const answers = await Promise.all(
      [links[0], links[2]].map((link) =>
        link.ask((redis) => redis.smembers(namesKey(link, companyId))),
      ),
    )
    return answers.some((answer) => answer === undefined)
      ? null
      : [...new Set(answers.flatMap((answer) => answer ?? []))]
  }
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
  const sums = async (companyId: string): Promise<Sums | null> => {
    await trusted(companyId)
    const answers = await links[2].askAll([
      ['set', epochKey(companyId), building + ids(), 'NX'],
      ['get', epochKey(companyId)],
    ])
    const names = await namesOf(companyId)
    if (!answers || !names) return null
    const epoch = String(answers[1])
    const lists: Sums['lists'] = new Map()
    for (const [at, sum] of (
      await Promise.all(names.map((name) => sumOf(companyId, name)))
    ).entries()) {
      if (sum === null) return null
      if (sum.count > 0) lists.set(names[at] ?? '', sum)
    }
    return { whole: isWhole(epoch), epoch, lists }
  }
  const members = async (companyId: string, list: string): Promise<Map<string, number> | null> => {
    const found = new Map<string, number>()
    for (let at = 0; ; at += slice) {
      const answer = await linkOf(list).ask((redis) =>
        redis.zrange(listKey(companyId, list), at, at + slice - 1, 'WITHSCORES'),
      )
      if (answer === undefined) return null
      for (const [id, rank] of entriesOf(answer)) found.set(id, rank)
      if (answer.length < 2 * slice) return found
    }
  }
  return { sums, members }
}
