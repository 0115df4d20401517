// The ways in which a connection to a server fails. Each starts the failure on a working connection
// and returns how to end it.
import type { TcpProxy } from './tcp-proxy.ts'

export type OutageWay = {
  name: string
  /**
   * What happens to requests meanwhile: `late` they take long, `struck` they are cut off, `away`
   * none of them reaches the server.
   */
  kind: 'late' | 'struck' | 'away'
  begin: (wire: TcpProxy, lateMs: number) => Promise<() => Promise<void>>
}

const strikesEveryMs = 400

/**
 * Makes a failure that repeats itself: new connections work for a while and are then struck in the
 * middle of a request, again and again.
 */
const again = (strike: (wire: TcpProxy) => void): OutageWay['begin'] => {
  return async (wire) => {
    strike(wire)
    const timer = setInterval(() => {
      strike(wire)
    }, strikesEveryMs)
    return async () => {
      clearInterval(timer)
    }
  }
}

export const ways: OutageWay[] = [
  {
    name: 'cuts every connection, again and again',
    kind: 'struck',
    begin: again((wire) => {
      wire.cut()
    }),
  },
  {
    name: 'half-closes every connection, again and again',
    kind: 'struck',
    begin: again((wire) => {
      wire.halfClose()
    }),
  },
  {
    name: 'answers late',
    kind: 'late',
    begin: async (wire, lateMs) => {
      wire.slow(lateMs)
      return async () => {
        wire.slow(0)
      }
    },
  },
  {
    name: 'refuses every connection',
    kind: 'away',
    begin: async (wire) => {
      await wire.refuse()
      return () => wire.listen()
    },
  },
  {
    name: 'is a black hole',
    kind: 'away',
    begin: async (wire) => {
      wire.goDead()
      return async () => {
        wire.revive()
      }
    },
  },
]
