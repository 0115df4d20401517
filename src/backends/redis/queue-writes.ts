// Writes the queue index in Redis. Every write may be repeated without harm.
import type { Move } from '../../ports.ts'
import type { Command, Link } from './connect.ts'
import type { QueueKeys } from './queue-keys.ts'

const movesAtOnce = 500

export type QueueWrites = {
  move: (companyId: string, moves: Move[]) => Promise<number>
  /**
   * Stores the names of these lists among the lists of the company, so that they are found without
   * scanning all keys.
   */
  name: (companyId: string, lists: string[]) => Promise<void>
  /** Whether the index of this company can be used; false if Redis missed a write. */
  trusted: (companyId: string) => Promise<boolean>
}

export function openQueueWrites(keys: QueueKeys): QueueWrites {
  /**
   * Companies for which Redis missed one of our writes, so that their index must not be used before
   * it is repaired.
   */
  const torn = new Set<string>()
  /**
   * Whether the index can be used. If Redis missed a write, it is incomplete: its epoch is deleted
   * first, and claims are proposed from the database until it is rebuilt.
   */
  const trusted = async (companyId: string): Promise<boolean> => {
    if (!torn.has(companyId)) return true
    if ((await keys.queue.ask((redis) => redis.del(keys.epochKey(companyId)))) !== undefined) {
      torn.delete(companyId)
    }
    return false
  }
  const mendAfterOutage = () => {
    for (const companyId of torn) trusted(companyId).catch(() => undefined)
  }
  keys.queue.onBack(mendAfterOutage)

  const write = async (link: Link, companyId: string, commands: Command[]): Promise<number> => {
    if (commands.length === 0) return 0
    const answers = await link.askAll(commands)
    if (!answers) torn.add(companyId)
    // returns how many entries changed; that the name of a list was stored does not count
    return (answers ?? []).reduce<number>(
      (sum, answer, at) => (commands[at]?.[0] === 'sadd' ? sum : sum + Number(answer)),
      0,
    )
  }

  return {
    trusted,
    // stores the names of lists by themselves, because a list that needs no repair is not written
    // to although its name may have been lost
    name: async (companyId, lists) => {
      for (const list of lists) {
        const link = keys.linkOf(list)
        await write(link, companyId, [['sadd', keys.namesKey(link, companyId), list]])
      }
    },
    move: async (companyId, moves) => {
      let changed = 0
      for (let at = 0; at < moves.length; at += movesAtOnce) {
        const some = moves
          .slice(at, at + movesAtOnce)
          .flatMap((one) => commandsOf(keys, companyId, one))
        const counts = await Promise.all(
          keys.both.map((link) =>
            write(
              link,
              companyId,
              some.filter((one) => one.link === link).map(({ command }) => command),
            ),
          ),
        )
        changed += counts.reduce((sum, count) => sum + count, 0)
      }
      return changed
    },
  }
}

function commandsOf(
  { linkOf, listKey, namesKey }: QueueKeys,
  companyId: string,
  { id, from, to }: Move,
): { link: Link; command: Command }[] {
  const commands: { link: Link; command: Command }[] = []
  if (from !== null && from !== to?.list) {
    commands.push({ link: linkOf(from), command: ['zrem', listKey(companyId, from), id] })
  }
  if (to) {
    const link = linkOf(to.list)
    commands.push(
      { link, command: ['sadd', namesKey(link, companyId), to.list] },
      { link, command: ['zadd', listKey(companyId, to.list), 'CH', to.rank, id] },
    )
  }
  return commands
}
