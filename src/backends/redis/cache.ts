import type { Clock } from '../../clock.ts'
import type { Cache } from '../../ports.ts'
import type { Link } from './connect.ts'

/**
 * After a failover Redis may bring back entries that were deleted just before, so when it is back,
 * the deletes of this last time are repeated.
 */
const repeatedMs = 10_000
/**
 * After an outage every process first repeats its deletes. Until that is done, nothing read from
 * the cache is believed.
 */
const doubtsMs = 1000

export function openRedisCache(link: Link, clock: Clock): Cache {
  const deleted = new Map<string, { at: number; heard: boolean }>()
  let believesFrom = 0

  const say = async (key: string): Promise<void> => {
    const entry = { at: clock.mono(), heard: false }
    deleted.set(key, entry)
    entry.heard = (await link.ask((redis) => redis.del(link.key(key)))) !== undefined
  }
  const forget = () => {
    const before = clock.mono() - repeatedMs
    for (const [key, { at, heard }] of deleted) if (heard && at < before) deleted.delete(key)
  }
  link.onBack(() => {
    believesFrom = clock.mono() + doubtsMs
    forget()
    for (const key of deleted.keys()) say(key).catch(() => undefined)
  })
  /**
   * Repeats deletes that Redis did not get. This is done before anything read from Redis is
   * believed, since it may still hold what was deleted.
   */
  const sayUnheard = async (): Promise<void> => {
    const unheard = [...deleted].filter(([, { heard }]) => !heard)
    await Promise.all(unheard.map(([key]) => say(key)))
  }

  return {
    get: async (key) => {
      if (deleted.get(key)?.heard === false) await sayUnheard()
      if (deleted.get(key)?.heard === false || clock.mono() < believesFrom) return null
      return (await link.ask((redis) => redis.get(link.key(key)))) ?? null
    },
    set: async (key, value, ttlMs) => {
      // while a delete of this key has not reached Redis, no new value is stored there either,
      // because the late delete would remove it
      if (deleted.get(key)?.heard === false) await sayUnheard()
      if (deleted.get(key)?.heard === false) return
      deleted.delete(key)
      await link.ask((redis) =>
        redis.set(link.key(key), value, 'PX', Math.max(1, Math.ceil(ttlMs))),
      )
    },
    delete: async (key) => {
      forget()
      await say(key)
    },
    close: async () => {
      deleted.clear()
    },
  }
}
