import type { PassiveReply } from './reply.ts'

export type MaybeReply = PassiveReply | null

/**
 * Runs a push's handler unless it ran before, and gives its answer either way. The key is the same whenever the platform brings
 * the same push; several servers need one that asks a store they share.
 */
export type Once = (key: string, run: () => Promise<MaybeReply>) => Promise<MaybeReply>

// the platform brings a push three times within some 15 seconds
const keepMs = 60_000

/** For one process: who comes again while the first still runs waits for the same answer. What failed runs again. */
export function onceInMemory(now: () => number = Date.now): Once {
  const kept = new Map<string, { until: number; answer: Promise<MaybeReply> }>()
  return (key, run) => {
    const at = now()
    for (const [old, { until }] of kept) {
      if (until > at) break
      kept.delete(old)
    }
    const known = kept.get(key)
    if (known) return known.answer
    const answer = run()
    kept.set(key, { until: at + keepMs, answer })
    answer.catch(() => kept.delete(key))
    return answer
  }
}
