// Tries from one address take turns: good ones under way are not taken for failures, and parallel ones cannot pass the limit.
export function openTurns(most: number) {
  const running = new Map<string, number>()
  const waiting = new Map<string, (() => void)[]>()

  const take = (key: string): Promise<void> => {
    const now = running.get(key) ?? 0
    if (now < most) {
      running.set(key, now + 1)
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      waiting.set(key, [...(waiting.get(key) ?? []), resolve])
    })
  }

  const give = (key: string): void => {
    const [next, ...rest] = waiting.get(key) ?? []
    if (rest.length === 0) waiting.delete(key)
    else waiting.set(key, rest)
    if (next) {
      next()
      return
    }
    const left = (running.get(key) ?? 1) - 1
    if (left === 0) running.delete(key)
    else running.set(key, left)
  }

  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    await take(key)
    try {
      return await work()
    } finally {
      give(key)
    }
  }
}
