import type { Log } from '../../log.ts'
import { recentLines, type RecentLines } from '../../ports.ts'
import { all, type Command, type Link } from './connect.ts'

// for each key: its ids, taken out first, so that it may be said twice; the newest first, the oldest cut off.
// What is no list is somebody else's and holds up the lines of all other keys: it goes, and is answered to be told.
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

/** `recent:{c}:<session_id>`: message ids, the newest first. */
export function openRecentLines(link: Link, log: Log): RecentLines {
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
  /** What is told of one company in one turn goes in one call: a batch of pushes has lines of many sessions. */
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
