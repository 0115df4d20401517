// Lets transactions on SQLite run one after the other. There is only one connection for writing:
// without this queue, a write during somebody else's transaction would be rolled back with it
// although it had been acknowledged. Transactions are ordered by class, and within a class by
// arrival.
export type WorkClass = 'push' | 'reply' | 'claim' | 'rest'

const order: WorkClass[] = ['push', 'reply', 'claim', 'rest']

export function openWriter() {
  const inLine: Record<WorkClass, (() => Promise<void>)[]> = {
    push: [],
    reply: [],
    claim: [],
    rest: [],
  }
  let running: Promise<void> | null = null

  const drain = async (): Promise<void> => {
    for (let next = take(); next; next = take()) await next()
    running = null
  }
  const take = () => {
    for (const kind of order) {
      const job = inLine[kind].shift()
      if (job) return job
    }
    return undefined
  }

  return {
    run: <T>(kind: WorkClass, work: () => Promise<T>): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        inLine[kind].push(() => work().then(resolve, reject))
        running ??= drain()
      }),
    idle: async () => {
      while (running) await running
    },
  }
}
