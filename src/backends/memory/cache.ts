import type { Clock } from '../../clock.ts'
import type { Cache } from '../../ports.ts'

const most = 100_000

export function openMemoryCache(clock: Clock): Cache {
  const kept = new Map<string, { value: string; until: number }>()
  return {
    get: async (key) => {
      const entry = kept.get(key)
      if (entry && entry.until > clock.now()) return entry.value
      kept.delete(key)
      return null
    },
    set: async (key, value, ttlMs) => {
      kept.delete(key)
      // the oldest entries are dropped first; a cache may forget at any time
      if (kept.size >= most) kept.delete(kept.keys().next().value ?? '')
      kept.set(key, { value, until: clock.now() + ttlMs })
    },
    delete: async (key) => {
      kept.delete(key)
    },
    close: async () => {
      kept.clear()
    },
  }
}
