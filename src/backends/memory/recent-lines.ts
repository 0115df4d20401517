import type { Clock } from '../../clock.ts'
import { recentLines, type RecentLines } from '../../ports.ts'

const mostSessions = 10_000

type Lines = { ids: string[]; until: number }

export function openMemoryRecentLines(clock: Clock): RecentLines {
  // The ids of each session's newest lines, oldest first. A line that is told twice is stored twice
  // and the newer place counts, so that adding a line needs no search.
  const kept = new Map<string, Lines>()
  const known = (sessionId: string, now: number): string[] => {
    const lines = kept.get(sessionId)
    return lines && lines.until > now ? lines.ids : []
  }
  const keep = (sessionId: string, ids: string[], now: number) => {
    // removes the session and adds it again at the end, since it was used last and is to be dropped
    // last
    kept.delete(sessionId)
    if (kept.size >= mostSessions) kept.delete(kept.keys().next().value ?? '')
    if (ids.length > 0) kept.set(sessionId, { ids, until: now + recentLines.keptMs })
  }

  return {
    add: async (_companyId, sessionId, fresh) => {
      const now = clock.now()
      const ids = known(sessionId, now)
      ids.push(...fresh)
      keep(sessionId, ids.length > 2 * recentLines.most ? ids.slice(-recentLines.most) : ids, now)
    },
    set: async (_companyId, sessionId, ids) => {
      keep(sessionId, ids.slice(-recentLines.most), clock.now())
    },
    list: async (_companyId, sessionId) =>
      [...new Set(known(sessionId, clock.now()).toReversed())].slice(0, recentLines.most),
    close: async () => {
      kept.clear()
    },
  }
}
