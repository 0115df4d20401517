import type { Clock } from '../../clock.ts'
import { recentLines, type RecentLines } from '../../ports.ts'

const mostSessions = 10_000

export function openRecentLines(clock: Clock): RecentLines {
  const kept = new Map<string, { ids: string[], until: number }>()
  const known = (sessionId: string): string[] => {
    const entry = kept.get(sessionId)
    return entry && entry.until > clock.now() ? entry.ids : []
  }
  const keep = (sessionId: string, ids: string[]) => {
    // the session that was heard last goes last
    kept.delete(sessionId)
    if (kept.size >= mostSessions) kept.delete(kept.keys().next().value ?? '')
    if (ids.length > 0) kept.set(sessionId, { ids: ids.slice(0, recentLines.most), until: clock.now() + recentLines.keptMs })
  }

  return {
    add: async (_companyId, sessionId, ids) => {
      const fresh = new Set(ids)
      keep(sessionId, [...[...fresh].reverse(), ...known(sessionId).filter((id) => !fresh.has(id))])
    },
    set: async (_companyId, sessionId, ids) => { keep(sessionId, ids.toReversed()) },
    list: async (_companyId, sessionId) => [...known(sessionId)],
    close: async () => { kept.clear() },
  }
}
