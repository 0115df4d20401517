// A request whose body does not arrive at once waits outside the limit for pushes. Only a few such
// requests are allowed per address, because they cost memory and anybody can send them.
import { AppError } from '../../errors.ts'

const atOnceMs = 100
const mostOfAddress = 16

export type SlowBodies = {
  /**
   * Reads a body. If it has not arrived after a moment, it takes one of the places that its address
   * has for slow bodies; if all are taken, the request is refused.
   */
  read: (address: string, body: (refused: AbortSignal) => Promise<string>) => Promise<string>
}

export function openSlowBodies(): SlowBodies {
  const slow = new Map<string, number>()
  const leave = (address: string) => {
    const left = (slow.get(address) ?? 1) - 1
    if (left > 0) slow.set(address, left)
    else slow.delete(address)
  }
  return {
    read: async (address, body) => {
      const refusal = new AbortController()
      const own = { isSlow: false }
      const timer = setTimeout(() => {
        const others = slow.get(address) ?? 0
        if (others >= mostOfAddress) {
          refusal.abort(new AppError('overloaded', 'Too many slow bodies come from there.'))
          return
        }
        own.isSlow = true
        slow.set(address, others + 1)
      }, atOnceMs)
      try {
        return await body(refusal.signal)
      } finally {
        clearTimeout(timer)
        if (own.isSlow) leave(address)
      }
    },
  }
}
