import type { PassiveReply } from './reply.ts'

export type MaybeReply = PassiveReply | null

/**
 * Runs a push's handler unless it ran before, and gives its answer either way. The key is the same whenever the platform brings
 * the same push; several servers need one that asks a store they share.
 */
export type Once = (key: string, run: () => Promise<MaybeReply>) => Promise<MaybeReply>

type Memory = {
  now?: () => number
  /** Longer than a push may be old; the platform brings one three times within some 15 seconds. */
  forSeconds?: number
  /** So many pushes; of more the oldest are forgotten. */
  most?: number
}

/** For one process: who comes again while the first still runs waits for the same answer. What failed runs again. */
export function onceInMemory({
  now = Date.now,
  forSeconds = 660,
  most = 50_000,
}: Memory = {}): Once {
  const keepMs = (Number.isFinite(forSeconds) ? forSeconds : 660) * 1000
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
