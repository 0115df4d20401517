import type { Log } from '../../log.ts'
import { recentLines, type RecentLines } from '../../ports.ts'
import { all, type Command, type Link } from './connect.ts'

// For each key the script adds message ids, newest first, and cuts off the oldest. An id is removed
// before it is added, so that it may be told twice. A key whose value is not a list was written by
// another program and would block all other keys, so it is deleted and reported.
const script = `
local at, foreign = 3, {}
for _, key in ipairs(KEYS) do
  local count = tonumber(ARGV[at])
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'list' and kind ~= 'none' then
    redis.call('DEL', key)
    foreign[#foreign + 1] = key
  end
  for n = at + 1, at + count do
    redis.call('LREM', key, 0, ARGV[n])
    redis.call('LPUSH', key, ARGV[n])
  end
  redis.call('LTRIM', key, 0, ARGV[1] - 1)
  redis.call('PEXPIRE', key, ARGV[2])
  at = at + count + 1
end
return foreign`

type Lot = { lines: Map<string, string[]>; sent: Promise<void> }

/**
 * The index of newest lines in Redis. The key `recent:{c}:<session_id>`, where `c` is the company,
 * holds the ids of the session's newest lines, newest first.
 */
export function openRedisRecentLines(link: Link, log: Log): RecentLines {
  const keyOf = (companyId: string, sessionId: string) =>
    link.key(`recent:{${companyId}}:${sessionId}`)
  const lots = new Map<string, Lot>()

  const send = async (companyId: string, lines: Map<string, string[]>): Promise<void> => {
    await Promise.resolve()
    lots.delete(companyId)
    const counted = [...lines.values()].flatMap((ids) => [ids.length, ...ids])
    const foreign = await link.ask((redis) =>
      redis.eval(
        script,
        lines.size,
        ...lines.keys(),
        recentLines.most,
        recentLines.keptMs,
        ...counted,
      ),
    )
    for (const key of (foreign ?? []) as string[]) {
      log.warn({ key }, 'Redis held something else under a key of kefu: it is removed')
    }
  }
  /**
   * Everything that is told for one company within a turn of the event loop goes into one call,
   * because a batch of pushes has lines of many sessions.
   */
  const lotOf = (companyId: string): Lot => {
    const open = lots.get(companyId)
    if (open) return open
    const lines = new Map<string, string[]>()
    const lot = { lines, sent: send(companyId, lines) }
    lots.set(companyId, lot)
    return lot
  }
  return {
    add: (companyId, sessionId, ids) => {
      const { lines, sent } = lotOf(companyId)
      const key = keyOf(companyId, sessionId)
      lines.set(key, [...(lines.get(key) ?? []), ...ids])
      return sent
    },
    set: async (companyId, sessionId, ids) => {
      const key = keyOf(companyId, sessionId)
      const commands = [
        ['del', key],
        ...ids.map((id): Command => ['lpush', key, id]),
        ['ltrim', key, 0, recentLines.most - 1],
        ['pexpire', key, recentLines.keptMs],
      ]
      await link.ask((redis) => all(redis.multi(commands)))
    },
    list: async (companyId, sessionId) =>
      (await link.ask((redis) => redis.lrange(keyOf(companyId, sessionId), 0, -1))) ?? [],
    close: async () => undefined,
  }
}
