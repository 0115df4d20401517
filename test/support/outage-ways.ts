// How the wire to a server fails. Each way begins on an open wire and gives back how it ends.
import type { TcpProxy } from './tcp-proxy.ts'

export type Way = {
  name: string
  /** What is asked of the server meanwhile comes late, is struck in the midst of it, or cannot be asked. */
  kind: 'late' | 'struck' | 'away'
  begin: (wire: TcpProxy, lateMs: number) => Promise<() => Promise<void>>
}

const strikesEveryMs = 400

/** Connections that are made between two strikes work, and are struck in the midst of what they do. */
const again = (strike: (wire: TcpProxy) => void): Way['begin'] => {
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

export const ways: Way[] = [
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
