import type { PassiveReply } from './reply.ts'

export type MaybeReply = PassiveReply | null

/**
 * Runs the handler of a push unless it ran before, and returns its answer in both cases. The key is
 * the same each time WeChat delivers the same push. Several servers need an implementation with a
 * shared store.
 */
export type Once = (key: string, run: () => Promise<MaybeReply>) => Promise<MaybeReply>

type Memory = {
  now?: () => number
  /**
   * How long a push is remembered. This must be longer than the age at which a push is still
   * accepted, so that none can be handled twice. With `Infinity` a push is only forgotten when there
   * are too many.
   */
  forSeconds?: number
  /** How many pushes are remembered; beyond that the oldest are forgotten. */
  most?: number
}

/**
 * Remembers handled pushes in memory, for a single process. A push that is delivered again while
 * its handler is running waits for the same answer. A handler that failed runs again.
 */
export function onceInMemory({
  now = Date.now,
  forSeconds = 660,
  most = 50_000,
}: Memory = {}): Once {
  const keepMs = forSeconds * 1000
  const kept = new Map<string, { until: number; answer: Promise<MaybeReply> }>()
  return (key, run) => {
    const at = now()
    const known = kept.get(key)
    if (known && known.until > at) return known.answer
    kept.delete(key)
    for (const [old, { until }] of kept) {
      if (until > at && kept.size < most) break
      kept.delete(old)
    }
    const answer = run()
    const entry = { until: at + keepMs, answer }
    kept.set(key, entry)
    answer.catch(() => kept.get(key) === entry && kept.delete(key))
    return answer
  }
}
