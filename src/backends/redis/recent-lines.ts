import { recentLines, type RecentLines } from '../../ports.ts'
import { all, type Command, type Link } from './connect.ts'

/** `recent:{c}:<session_id>`: message ids, the newest first. */
export function openRecentLines(link: Link): RecentLines {
  const keyOf = (companyId: string, sessionId: string) => link.key(`recent:{${companyId}}:${sessionId}`)
  const write = async (key: string, commands: Command[]): Promise<void> => {
    await link.ask((redis) => all(redis.multi([...commands, ['ltrim', key, 0, recentLines.most - 1], ['pexpire', key, recentLines.keptMs]])))
  }
  return {
    add: (companyId, sessionId, ids) => {
      const key = keyOf(companyId, sessionId)
      // taken out first, so that it may be said twice
      return write(key, ids.flatMap((id): Command[] => [['lrem', key, 0, id], ['lpush', key, id]]))
    },
    set: (companyId, sessionId, ids) => {
      const key = keyOf(companyId, sessionId)
      return write(key, [['del', key], ...ids.map((id): Command => ['lpush', key, id])])
    },
    list: async (companyId, sessionId) => await link.ask((redis) => redis.lrange(keyOf(companyId, sessionId), 0, -1)) ?? [],
    close: async () => undefined,
  }
}
