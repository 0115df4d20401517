// A connection that subscribes to channels. It is pinged every second, because a dead connection is
// as silent as a quiet one. Each time it starts listening to a channel, for the first time or
// again, it reports so, since messages may have been missed before.
import type { Redis } from 'ioredis'

export type Hears = {
  message: (channel: string, text: string) => void
  listening: (channel: string) => void
}
export type Listener = { add: (channel: string) => void; close: () => void }

const asksEveryMs = 1000
const again = (times: number) => Math.min(25 * 2 ** Math.min(times, 10), 400)

export function openListener(open: (at: number) => Redis, hears: Hears): Listener {
  const channels = new Set<string>()
  let client: Redis | null = null
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  let closed = false

  const listen = async (mine: Redis, some: string[]) => {
    if (some.length === 0) return
    await mine.subscribe(...some)
    failures = 0
    for (const channel of some) hears.listening(channel)
  }
  const giveUp = (mine: Redis) => {
    if (client !== mine) return
    client = null
    mine.disconnect()
    if (!closed) timer = setTimeout(start, again(failures))
    failures += 1
  }
  function start(): void {
    const mine = open(failures)
    client = mine
    mine.on('error', () => undefined)
    mine.on('end', () => {
      giveUp(mine)
    })
    mine.on('message', hears.message)
    mine
      .connect()
      .then(() => listen(mine, [...channels]))
      .catch(() => {
        giveUp(mine)
      })
  }
  start()
  /**
   * Does something with the connection that subscribes to channels, if it is ready. If it fails
   * meanwhile, it is replaced.
   */
  const ifReady = (work: (mine: Redis) => Promise<unknown>) => {
    const mine = client
    if (mine?.status !== 'ready') return
    work(mine).catch(() => {
      giveUp(mine)
    })
  }
  const asks = setInterval(() => {
    ifReady((mine) => mine.ping())
  }, asksEveryMs)

  return {
    add: (channel) => {
      if (channels.has(channel)) return
      channels.add(channel)
      ifReady((mine) => listen(mine, [channel]))
    },
    close: () => {
      closed = true
      clearInterval(asks)
      clearTimeout(timer)
      client?.disconnect()
      client = null
    },
  }
}
